import '../styles/code.css';
import type { ComponentChildren } from 'preact';
import { isJson, prettyJson, tokenizeJson } from './json-tokens.ts';

interface CodeBlockProps {
  readonly text: string;
  readonly label: string;
  /** Stands before the text, such as the headers of a request. */
  readonly children?: ComponentChildren;
}

/**
 * Text in a fixed width, JSON in colours. What receivers answer is hostile: it becomes text nodes, and never markup.
 */
export function CodeBlock({ text, label, children }: CodeBlockProps) {
  return (
    // Long lines are scrolled to, by keyboard as well.
    <pre class="code-block" tabIndex={0} role="region" aria-label={label}>
      {children}
      <code>{isJson(text) ? <JsonText text={prettyJson(text)} /> : text}</code>
    </pre>
  );
}

function JsonText({ text }: { readonly text: string }) {
  return (
    <>
      {tokenizeJson(text).map(({ kind, text: piece }, index) =>
        kind === 'plain' ? (
          piece
        ) : (
          <span key={index} class={`json-${kind}`}>
            {piece}
          </span>
        ),
      )}
    </>
  );
}

/** The head of an HTTP message: a first line and headers. */
export function HttpHead({
  firstLine,
  headers,
}: {
  readonly firstLine: string;
  readonly headers: Readonly<Record<string, string>>;
}) {
  return (
    <span class="http-head">
      <span class="json-plain">{firstLine}</span>
      {'\n'}
      {Object.entries(headers).map(([name, value]) => (
        <span key={name}>
          <span class="json-key">{name}</span>: {value}
          {'\n'}
        </span>
      ))}
      {'\n'}
    </span>
  );
}
