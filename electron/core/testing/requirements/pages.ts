import type { Revision } from './define.ts'

/** The pages that bind a gateway, and the anchors of their sections, as the specification has them. */
export const pages: Record<Revision, Record<string, string>> = {
  '2025-11-25': {
    'basic/authorization': `
      purpose-and-scope protocol-requirements standards-compliance roles overview
      authorization-server-discovery authorization-server-location
      protected-resource-metadata-discovery-requirements authorization-server-metadata-discovery
      client-registration-approaches client-id-metadata-documents implementation-requirements
      discovery preregistration dynamic-client-registration scope-selection-strategy
      authorization-flow-steps resource-parameter-implementation canonical-server-uri
      access-token-usage token-requirements token-handling error-handling scope-challenge-handling
      runtime-insufficient-scope-errors step-up-authorization-flow security-considerations
      token-audience-binding-and-validation token-theft communication-security
      authorization-code-protection open-redirection client-id-metadata-document-security
      authorization-server-abuse-protection localhost-redirect-uri-risks trust-policies
      confused-deputy-problem access-token-privilege-restriction mcp-authorization-extensions`,
    'basic/index': `
      messages requests responses result-responses error-responses notifications auth schema
      json-schema-usage schema-dialect default-dialect-2020-12 explicit-dialect-draft-07
      implementation-requirements schema-validation general-fields _meta icons`,
    'basic/lifecycle': `
      lifecycle-phases initialization version-negotiation capability-negotiation operation
      shutdown stdio http timeouts error-handling`,
    'basic/transports': `
      stdio streamable-http security-warning sending-messages-to-the-server
      listening-for-messages-from-the-server multiple-connections resumability-and-redelivery
      session-management protocol-version-header backwards-compatibility custom-transports`,
    'basic/utilities/cancellation': `
      cancellation-flow behavior-requirements timing-considerations implementation-notes
      error-handling`,
    'basic/utilities/ping': `
      overview message-format behavior-requirements usage-patterns implementation-considerations
      error-handling`,
    'basic/utilities/progress': `
      progress-flow behavior-requirements implementation-notes`,
    'basic/utilities/tasks': `
      definitions capabilities server-capabilities client-capabilities capability-negotiation
      tool-level-negotiation creating-tasks getting-tasks retrieving-task-results
      task-status-notification listing-tasks cancelling-tasks behavior-requirements
      task-support-and-handling task-id-requirements task-status-lifecycle input-required-status
      ttl-and-resource-management result-retrieval associating-task-related-messages
      task-notifications task-progress-notifications task-listing task-cancellation
      basic-task-lifecycle task-augmented-tool-call-with-elicitation
      task-augmented-sampling-request task task-status task-parameters related-task-metadata
      error-handling protocol-errors task-execution-errors security-considerations
      task-isolation-and-access-control resource-management audit-and-logging`,
    'client/elicitation': `
      capabilities elicitation-requests form-mode-elicitation-requests requested-schema
      url-mode-elicitation-requests completion-notifications-for-url-mode-elicitation
      url-elicitation-required-error response-actions implementation-considerations statefulness
      url-mode-elicitation-for-sensitive-data url-mode-elicitation-for-oauth-flows
      understanding-the-distinction implementation-pattern error-handling security-considerations
      safe-url-handling identifying-the-user form-mode-security phishing`,
    'client/roots': `
      capabilities listing-roots root-list-changes root project-directory multiple-repositories
      error-handling security-considerations implementation-guidelines`,
    'client/sampling': `
      tools-in-sampling capabilities creating-messages sampling-with-tools multi-turn-tool-loop
      message-content-constraints tool-result-messages tool-use-and-result-balance
      cross-api-compatibility message-roles tool-choice-modes parallel-tool-use messages
      text-content image-content audio-content model-preferences capability-priorities model-hints
      error-handling security-considerations`,
    'server/prompts': `
      capabilities listing-prompts getting-a-prompt list-changed-notification prompt promptmessage
      text-content image-content audio-content embedded-resources error-handling
      implementation-considerations security`,
    'server/resources': `
      capabilities listing-resources reading-resources resource-templates
      list-changed-notification subscriptions resource resource-contents text-content
      binary-content annotations common-uri-schemes https file git custom-uri-schemes
      error-handling security-considerations`,
    'server/tools': `
      capabilities listing-tools calling-tools list-changed-notification tool tool-names
      tool-result text-content image-content audio-content resource-links embedded-resources
      structured-content output-schema error-handling security-considerations`,
    'server/utilities/completion': `
      capabilities requesting-completions reference-types completion-results completerequest
      completeresult error-handling implementation-considerations security`,
    'server/utilities/logging': `
      capabilities log-levels setting-log-level log-message-notifications error-handling
      implementation-considerations security`,
    'server/utilities/pagination': `
      pagination-model response-format request-format pagination-flow
      operations-supporting-pagination implementation-guidelines error-handling`,
  },
  '2026-07-28': {
    'basic/authorization/authorization-server-discovery': `
      authorization-server-location protected-resource-metadata-discovery-requirements
      authorization-server-metadata-discovery`,
    'basic/authorization/client-registration': `
      client-id-metadata-documents implementation-requirements advertising-cimd-support
      pre-registration dynamic-client-registration application-type-and-redirect-uri-constraints
      authorization-server-binding`,
    'basic/authorization/index': `
      purpose-and-scope protocol-requirements standards-compliance roles overview
      authorization-server-discovery client-registration scope-selection-strategy
      authorization-flow-steps authorization-response-validation resource-parameter-implementation
      canonical-server-uri access-token-usage token-requirements token-handling refresh-tokens
      error-handling scope-challenge-handling runtime-insufficient-scope-errors
      step-up-authorization-flow security-considerations mcp-authorization-extensions`,
    'basic/authorization/security-considerations': `
      token-audience-binding-and-validation token-theft communication-security
      authorization-code-protection mix-up-attacks open-redirection
      client-id-metadata-document-security authorization-server-abuse-protection
      localhost-redirect-uri-risks trust-policies confused-deputy-problem
      access-token-privilege-restriction`,
    'basic/index': `
      messages requests responses result-responses resulttype error-responses error-codes
      notifications message-patterns statelessness auth schema json-schema-usage schema-dialect
      default-dialect-2020-12 explicit-dialect-draft-07 implementation-requirements
      schema-validation ref-resolution composition-keyword-resource-use general-fields _meta icons`,
    'basic/patterns/cancellation': `
      cancellation-flow transport-specific-cancellation timeouts behavior-requirements
      timing-considerations implementation-notes error-handling`,
    'basic/patterns/index': `
      request-and-response multi-round-trip-requests subscribe-and-notify adding-patterns`,
    'basic/patterns/mrtr': `
      multi-round-trip-requests core-types inputrequests inputresponses inputrequiredresult
      supported-requests basic-workflow server-requirements-basic-workflow
      client-requirements-basic-workflow error-handling security-considerations`,
    'basic/patterns/progress': `
      progress-flow behavior-requirements implementation-notes`,
    'basic/patterns/subscriptions': `
      opening-a-stream notification-filter acknowledgment receiving-notifications
      multiple-concurrent-subscriptions cancellation graceful-closure`,
    'basic/transports/index': `
      messages request-metadata cancellation custom-transports backward-compatibility`,
    'basic/transports/stdio': `
      sending-messages receiving-messages request-metadata cancellation shutdown
      unexpected-termination backward-compatibility`,
    'basic/transports/streamable-http': `
      security-endpoint sending-messages receiving-messages cancellation request-metadata
      protocol-version-header standard-request-headers custom-headers-from-tool-parameters
      schema-extension value-encoding client-behavior server-behavior-for-custom-headers
      case-sensitivity server-validation backward-compatibility earlier-streamable-http-revisions
      httpsse-transport-2024-11-05`,
    'basic/versioning': `
      terminology protocol-version-negotiation extension-negotiation
      backward-compatibility-with-initialization-based-versions compatibility-matrix`,
    'client/elicitation': `
      capabilities elicitation-requests form-mode-elicitation-requests requested-schema
      url-mode-elicitation-requests response-actions implementation-considerations statefulness
      url-mode-elicitation-for-sensitive-data url-mode-elicitation-for-oauth-flows
      understanding-the-distinction implementation-pattern error-handling security-considerations
      safe-url-handling identifying-the-user form-mode-security phishing`,
    'client/roots': `
      capabilities listing-roots root project-directory multiple-repositories error-handling
      security-considerations implementation-guidelines`,
    'client/sampling': `
      tools-in-sampling capabilities creating-messages sampling-with-tools multi-turn-tool-loop
      message-content-constraints tool-result-messages tool-use-and-result-balance
      cross-api-compatibility message-roles tool-choice-modes parallel-tool-use messages
      text-content image-content audio-content model-preferences capability-priorities model-hints
      system-prompt context-inclusion sampling-parameters result-fields error-handling
      security-considerations`,
    'server/discover': `
      request response when-to-call discoverresult`,
    'server/prompts': `
      capabilities listing-prompts getting-a-prompt list-changed-notification prompt promptmessage
      text-content image-content audio-content resource-links embedded-resources error-handling
      implementation-considerations security`,
    'server/resources': `
      capabilities listing-resources reading-resources resource-templates
      list-changed-notification subscriptions resource resource-contents text-content
      binary-content annotations common-uri-schemes https file git custom-uri-schemes
      error-handling security-considerations`,
    'server/tools': `
      capabilities listing-tools calling-tools input-required-tool-results
      list-changed-notification tool tool-names x-mcp-header tool-result text-content
      image-content audio-content resource-links embedded-resources structured-content
      output-schema stateful-tools error-handling security-considerations`,
    'server/utilities/caching': `
      cacheable-results cache-key cacheable-model time-to-live-ttl-field freshness-calculation
      cache-scope-field choosing-a-cache-scope interaction-with-notifications
      interaction-with-pagination security-considerations`,
    'server/utilities/completion': `
      capabilities requesting-completions reference-types completion-results completerequest
      completeresult error-handling implementation-considerations security`,
    'server/utilities/logging': `
      capabilities log-levels requesting-log-messages per-request-log-level
      log-message-notifications error-handling implementation-considerations security`,
    'server/utilities/pagination': `
      pagination-model response-format request-format pagination-flow
      operations-supporting-pagination implementation-guidelines error-handling`,
  },
}
