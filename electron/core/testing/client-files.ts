/*
 * Whole files as clients write them, with all that stands beside the servers, and in each of them one
 * entry that cannot be used.
 */

export const CLAUDE_DESKTOP = `{
  "globalShortcut": "Ctrl+Space",
  "preferences": { "menuBarEnabled": true },
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ada/Desktop"]
    },
    "brave search": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-brave-search"],
      "env": { "BRAVE_API_KEY": "BSA-the-key" }
    },
    "broken": { "command": "npx", "args": "-y nothing" }
  }
}`

export const CLAUDE_CODE = `{
  "numStartups": 184,
  "oauthAccount": { "emailAddress": "ada@example.com" },
  "mcpServers": {
    "github": {
      "type": "http",
      "url": "https://api.githubcopilot.com/mcp",
      "headers": { "Authorization": "Bearer \${GH_TOKEN}" }
    }
  },
  "projects": {
    "/home/ada/app": {
      "allowedTools": [],
      "mcpServers": {
        "github": { "type": "stdio", "command": "gh-mcp", "args": [], "env": {} },
        "events": { "type": "sse", "url": "\${BASE:-https://example.com}/sse" },
        "broken": { "type": "http" }
      }
    },
    "/home/ada/old": { "mcpServers": {} }
  }
}`

export const CURSOR = `{
  // Cursor allows comments
  "mcpServers": {
    "postgres": {
      "command": "uvx",
      "args": ["postgres-mcp", "--access-mode=restricted"],
      "env": { "DATABASE_URI": "\${env:HOME}/socket" },
      "envFile": "\${workspaceFolder}/.env"
    },
    "linear": { "url": "https://mcp.linear.app/mcp" },
    "old way": { "command": "npx -y mcp-remote https://example.com/sse --transport sse-only" },
    "broken": "npx memo",
  },
}`

export const VSCODE = `{
	"inputs": [
		{ "type": "promptString", "id": "perplexity-key", "description": "Perplexity API Key", "password": true }
	],
	"servers": {
		"playwright": { "type": "stdio", "command": "npx", "args": ["-y", "@microsoft/mcp-server-playwright"], "gallery": true },
		"perplexity": {
			"type": "stdio", "command": "docker",
			"args": ["run", "-i", "--rm", "-e", "PERPLEXITY_API_KEY", "mcp/perplexity-ask"],
			"env": { "PERPLEXITY_API_KEY": "\${input:perplexity-key}" },
			"envFile": "\${workspaceFolder}/.env",
			"dev": { "watch": "build/**/*.js", "debug": { "type": "node" } }
		},
		"docs": { "type": "http", "url": "https://learn.microsoft.com/api/mcp", "headers": {}, "oauth": { "clientId": "c", "callbackPort": 3 } },
		"broken": { "type": "stdio", "command": ["npx"], "env": [] }
	}
}`

export const WINDSURF = `{
  "mcpServers": {
    "figma": { "serverUrl": "https://mcp.figma.com/mcp", "headers": { "X-Team": "design" } },
    "memory": {
      "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"],
      "disabled": true, "disabledTools": ["delete_entities"], "alwaysAllow": []
    },
    "broken": { "serverUrl": "figma.com/mcp" }
  }
}`

export const CODEX = `model = "gpt-5"
approval_policy = "on-request"
notes = """
[mcp_servers.fake]
command = "never"
"""

[projects."/home/ada/app"]
trust_level = "trusted"

[mcp_servers.context7]
command = "npx"
args = ["-y", "@upstash/context7-mcp"]
env_vars = ["LOCAL_KEY"]
startup_timeout_sec = 20
enabled_tools = ["resolve"]

[mcp_servers.context7.env]
MEMORY_FILE = "notes.json"

[mcp_servers."my figma"]
url = "https://mcp.figma.com/mcp"
bearer_token_env_var = "GH_TOKEN"
http_headers = { "X-Figma-Region" = "us-east-1" }
env_http_headers = { "X-Key" = "LOCAL_KEY" }

[mcp_servers.later]
command = "later"
enabled = false

[mcp_servers.broken]
command = 3

[tui]
notifications = true
`

export const GEMINI = `{
  "general": { "vimMode": true },
  "mcp": { "allowed": ["git"], "serverCommand": "" },
  "mcpServers": {
    "git": {
      "command": "uvx", "args": ["mcp-server-git"], "cwd": "./repo", "timeout": 30000,
      "trust": false, "includeTools": ["git_log"],
      "env": { "API_KEY": "$LOCAL_KEY", "LEVEL": "$5 a month" }
    },
    "github": {
      "httpUrl": "https://api.githubcopilot.com/mcp/",
      "headers": { "Authorization": "Bearer $GH_TOKEN" }
    },
    "stream": { "url": "http://localhost:8080/sse" },
    "broken": { "httpUrl": "", "command": "" }
  }
}`
