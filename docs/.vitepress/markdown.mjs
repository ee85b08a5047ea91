/** What documents have beyond what VitePress renders: links into the repository, and diagrams. */
import { siteLink } from '../../scripts/site/pages.mjs';

/** For `markdown.config` of VitePress: changes its instance of markdown-it. */
export function documentMarkdown(markdown) {
  // After links and anchors have been found, before VitePress looks at them.
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens)
      for (const token of children ?? [])
        if (token.type === 'link_open')
          token.attrSet('href', siteLink(token.attrGet('href'), env.relativePath));
  });

  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, i, ...rest) => {
    const { info, content } = tokens[i];
    if (info.trim() !== 'mermaid') return fence(tokens, i, ...rest);
    return `<MermaidDiagram code="${encodeURIComponent(content)}" />\n`;
  };
}
