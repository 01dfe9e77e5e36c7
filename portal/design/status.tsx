import type { ComponentChildren } from 'preact';

export type Tone = 'ok' | 'warn' | 'bad' | 'off';

/** A status is a shape, a word and a colour: none of the three alone has to be seen. */
export function Status({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <span class={`status ${tone}`}>
      <svg class="shape" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <Shape tone={tone} />
      </svg>
      {children}
    </span>
  );
}

function Shape({ tone }: { readonly tone: Tone }) {
  switch (tone) {
    case 'ok':
      return <circle cx="5" cy="5" r="4" />;
    case 'warn':
      return <path d="M5 .2 9.8 5 5 9.8.2 5Z" />;
    case 'bad':
      return <rect x="1" y="1" width="8" height="8" rx="1.5" />;
    case 'off':
      return <circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5" />;
    default:
      return tone satisfies never;
  }
}
