import { useMemo } from 'preact/hooks';
import { useResource } from '../api/resource.ts';
import { api } from '../session/session.ts';
import { isReal, type Notice, type NoticeEvent, noticeSelector, type Told } from './notice.ts';

const shown = 15;

/** The account's latest notices, newest first: when and of which kind. */
export function useLatestNotices() {
  return useResource('latest-notices', readLatest, 20_000);
}

/** The same with what each tells. */
export function useNotices() {
  // An event never changes: each is read once.
  const known = useMemo(() => new Map<string, Promise<Notice>>(), []);
  return useResource(
    'notices',
    async (signal) => {
      const events = await readLatest(signal);
      return Promise.all(
        events.map((event) => {
          const reading = known.get(event.id) ?? readNotice(event);
          known.set(event.id, reading);
          reading.catch(() => known.delete(event.id));
          return reading;
        }),
      );
    },
    10_000,
  );
}

async function readLatest(signal: AbortSignal): Promise<readonly NoticeEvent[]> {
  const query = { eventType: noticeSelector, limit: shown };
  return (await api('GET /events', { query }, { signal })).body.items.filter(isReal);
}

async function readNotice(event: NoticeEvent): Promise<Notice> {
  const { body } = await api('GET /events/{id}', { path: { id: event.id } });
  return { event, told: JSON.parse(body.body) as Told };
}
