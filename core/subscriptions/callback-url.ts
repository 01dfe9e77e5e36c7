import * as z from 'zod';
import { type CallbackUrlRules, checkCallbackUrl, explainUrlRefusal } from '../receivers/callback-address.ts';
import { mask } from '../receivers/response-excerpt.ts';

/** Scheme, host and port of a URL. */
export function originOf({ url }: { readonly url: string }): string {
  return URL.parse(url)?.origin ?? '';
}

/** The URL for those who may only read: the path of a hook is often a credential. */
export function maskPath(url: string): string {
  const origin = originOf({ url });
  return url === `${origin}/` ? url : `${origin}/${mask}`;
}

/** The URL in the request bodies of POST and PATCH /subscriptions. It does not check where the URL's name leads. */
export function callbackUrlSchema(rules: CallbackUrlRules) {
  return z
    .string('must be a URL such as https://crm.example.com/hooks')
    .meta({
      format: 'uri',
      description: 'Where callbacks go: `https`, to an address of the public internet.',
    })
    .transform((text, context) => {
      const checked = checkCallbackUrl(text, rules);
      if ('url' in checked && checked.url.pathname !== `/${mask}`) return checked.url.href;
      const message =
        'refusal' in checked
          ? explainUrlRefusal(checked.refusal, rules, text)
          : 'is how a URL is shown to those who may only read; give the whole URL, or leave it out';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}
