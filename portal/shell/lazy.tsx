import { type ComponentType, createElement } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Notice } from '../design/notice.tsx';
import { texts } from '../i18n/i18n.ts';

/** A screen whose code is loaded when it is first opened. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [, setLoaded] = useState(loaded !== undefined);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      void (async () => {
        try {
          const component = await load();
          loaded = component;
          setLoaded(true);
        } catch {
          setFailed(true);
        }
      })();
    }, []);
    if (loaded) return createElement(loaded, props);
    // A newer page may have taken the place of the one that is open.
    const { title, advice } = texts().problems.unknown;
    return hasFailed ? (
      <Notice tone="bad" title={title} urgent>
        {advice}
      </Notice>
    ) : (
      <div class="loading-screen" aria-busy="true" aria-label={texts().common.loading} />
    );
  };
}
