import type { Catalog } from '../catalog.ts';
import { problems } from './problems.ts';
import { common, shell } from './shell.ts';
import { webhooks } from './webhooks.ts';

export const catalog: Catalog = { common, shell, problems, webhooks };
