import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import ini from 'highlight.js/lib/languages/ini'
import json from 'highlight.js/lib/languages/json'
import yaml from 'highlight.js/lib/languages/yaml'
import { useMemo, type ReactNode } from 'react'
import styles from './code-view.module.css'
import { CopyButton } from './copy-button.tsx'

hljs.registerLanguage('json', json)
hljs.registerLanguage('bash', bash)
hljs.registerLanguage('toml', ini)
hljs.registerLanguage('yaml', yaml)

export type CodeLanguage = 'json' | 'bash' | 'toml' | 'yaml' | 'text'

/** A longer text is shown plain: colouring it would hold up the page. */
const MAX_COLOURED = 100_000

export type CodeViewProps = {
  text: string
  language: CodeLanguage
  label: string
  maxHeight?: number
}

/** Text for a machine, to be read and copied; `label` names it. */
export function CodeView({ text, language, label, maxHeight = 400 }: CodeViewProps) {
  const content = useMemo(() => colour(text, language), [text, language])
  return (
    <div className={styles.code}>
      <pre tabIndex={0} role="region" aria-label={label} style={{ maxHeight }} translate="no">
        {content}
      </pre>
      <span className={styles.copy}>
        <CopyButton text={text} label={label} />
      </span>
    </div>
  )
}

/** As React nodes and never as HTML: the text may be anybody's. */
function colour(text: string, language: CodeLanguage): ReactNode {
  if (language === 'text' || text.length > MAX_COLOURED) return text
  const nodes: ReactNode[] = []
  const emitter = hljs.highlight(text, { language, ignoreIllegals: true })._emitter as unknown as {
    rootNode: TreeNode
  }
  nodes.push(...emitter.rootNode.children.map(toNode))
  return nodes
}

type TreeNode = { scope?: string; children: (TreeNode | string)[] }

function toNode(node: TreeNode | string, index: number): ReactNode {
  if (typeof node === 'string') return node
  return (
    <span key={index} data-scope={node.scope}>
      {node.children.map(toNode)}
    </span>
  )
}
