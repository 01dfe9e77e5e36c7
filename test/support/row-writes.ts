import type { WireCall } from '../../bench/wire-proxy.ts';

/** True for a batched write of delivered rows. One that holds statistics alone is none. */
export function writesRows({ operation, input }: Pick<WireCall, 'operation' | 'input'>): boolean {
  if (operation !== 'BatchWriteItem') return false;
  const requests = Object.values<{ PutRequest: { Item: { sk: { S: string } } } }[]>(
    input.RequestItems,
  ).flat();
  return requests.some(({ PutRequest }) => PutRequest.Item.sk.S.startsWith('D#'));
}
