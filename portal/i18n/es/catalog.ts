import type { Catalog } from '../catalog.ts';
import { changes } from './changes.ts';
import { charts } from './charts.ts';
import { deliveries } from './deliveries.ts';
import { doctor } from './doctor.ts';
import { drill } from './drill.ts';
import { events } from './events.ts';
import { created, form } from './form.ts';
import { notices } from './notices.ts';
import { playground } from './playground.ts';
import { problems } from './problems.ts';
import { sentences } from './sentences.ts';
import { common, shell } from './shell.ts';
import { webhook } from './webhook.ts';
import { webhooks } from './webhooks.ts';

export const catalog: Catalog = {
  common,
  shell,
  problems,
  webhooks,
  webhook,
  created,
  form,
  deliveries,
  changes,
  charts,
  events,
  doctor,
  drill,
  notices,
  playground,
  sentences,
};
