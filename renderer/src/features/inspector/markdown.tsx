import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import styles from './content.module.css'

/**
 * A server's Markdown: no HTML, and no image is fetched, which would tell its server who reads.
 * Links open outside.
 */
export function MarkdownView({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>
      <Markdown remarkPlugins={PLUGINS} components={COMPONENTS} skipHtml>
        {text}
      </Markdown>
    </div>
  )
}

const PLUGINS = [remarkGfm]
const COMPONENTS: Components = {
  img: ({ alt, src }) => <code>{alt || String(src)}</code>,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener" title={href}>
      {children}
    </a>
  ),
  h1: ({ children }) => <p className={styles.heading}>{children}</p>,
  h2: ({ children }) => <p className={styles.heading}>{children}</p>,
  h3: ({ children }) => <p className={styles.heading}>{children}</p>,
  h4: ({ children }) => <p className={styles.heading}>{children}</p>,
  h5: ({ children }) => <p className={styles.heading}>{children}</p>,
  h6: ({ children }) => <p className={styles.heading}>{children}</p>,
  table: ({ children }) => (
    <div className={styles.scroll} tabIndex={0} role="region">
      <table>{children}</table>
    </div>
  ),
}
