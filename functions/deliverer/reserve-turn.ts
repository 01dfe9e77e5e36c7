import {
  callbackLimits,
  type LimitSettings,
  limitsAhead,
  limitsOfProbe,
  shareOfHost,
} from '../../core/deliveries/call-limits.ts';
import type { DeliveryInWork, DeliveryMessage } from '../../core/deliveries/delivery.ts';
import { maxTurnWaitMs } from '../../core/rate-limit.ts';
import type { NameResolver } from '../../core/receivers/name-resolver.ts';
import { addressesToTry, addressInHost } from '../../core/receivers/public-address.ts';
import { hostOf, type Subscription } from '../../core/subscriptions/subscription.ts';
import type { CallLimiter } from '../receivers/call-limiter.ts';
import type { ContendedHosts } from '../receivers/contended-hosts.ts';
import type { Parked, Postponed } from './ending.ts';

export interface TurnDeps {
  readonly reserveTurns: CallLimiter;
  readonly contendedHosts: ContendedHosts;
  /** Answers as it will when the call connects. */
  readonly names: NameResolver;
  readonly settings: LimitSettings & { readonly queueMarginSeconds: number };
  readonly now: () => Date;
  readonly random: () => number;
}

/** Lets a delivery through if its limits have room for a call now. Otherwise the delivery waits, as for a retry. */
export function createTurnReservation(deps: TurnDeps) {
  const { reserveTurns, contendedHosts, settings, now, random } = deps;
  const marginMs = settings.queueMarginSeconds * 1_000;

  return async function reserveTurn(
    { message }: DeliveryInWork,
    subscription: Subscription,
  ): Promise<Postponed | Parked | undefined> {
    const behind = queueBehind(message, subscription);
    if (behind) return behind;
    const host = hostOf(subscription);
    const contenders = contendedHosts.countContenders(host, now());
    const known = { addresses: await addressesOf(subscription), contenders };
    const all = callbackLimits(subscription, settings, known);
    const own = message.probe === undefined ? all : limitsOfProbe(all);
    const limits = limitsAhead(own, message.turn, now(), marginMs);
    const turn = await reserveTurns(limits, now());
    if (turn.kind === 'now') return undefined;
    // While accounts wait for each other at a host, those that wait for their own share count as well.
    if (turn.limit === 'host' || (turn.limit === 'account-at-host' && contenders > 0))
      await contendedHosts.addContender(host, subscription.accountId, now());
    const passed = [...(message.turn?.passed ?? []), ...turn.passed];
    if (turn.kind === 'later') return waitUntil(turn.at, turn.limit, passed);
    // Its owner wants few calls. What cannot be called soon waits in the table, not in queues.
    if (turn.limit === 'subscription') return { kind: 'parked', reason: 'rate-limit' };
    const hasYielded = limits.some(({ name, yieldsMs }) => name === turn.limit && yieldsMs);
    if (hasYielded) return waitForShare(subscription, passed);
    // The sweeper brings it back to try again. The random part spreads such deliveries over time.
    const waitMs = maxTurnWaitMs * (1 + random());
    const times = { waitMs, dueInMs: waitMs };
    return { kind: 'postponed', limit: turn.limit, times, turn: message.turn, byQueue: false };
  };

  /** The account has used its share of the host, so the delivery lines up behind the account's others again. */
  async function waitForShare(subscription: Subscription, passed: readonly string[]): Promise<Postponed> {
    const contenders = contendedHosts.countContenders(hostOf(subscription), now());
    const share = shareOfHost(subscription, settings, contenders);
    const turn = await reserveTurns([share], now());
    const soonest = now().getTime() + 1_000 * (1 + random());
    const at = turn.kind === 'later' ? Math.max(turn.at.getTime(), soonest) : soonest;
    return waitUntil(new Date(at), 'host', passed);
  }

  function waitUntil(at: Date, limit: Postponed['limit'], passed: readonly string[]): Postponed {
    const waitMs = Math.max(0, at.getTime() - now().getTime());
    return {
      kind: 'postponed',
      limit,
      times: { waitMs, dueInMs: waitMs + marginMs },
      turn: { at: at.toISOString(), passed: [...new Set(passed)] },
      byQueue: true,
    };
  }

  /** A name that cannot be resolved has no address. The call will say so. */
  async function addressesOf({ url }: Subscription): Promise<readonly string[]> {
    const name = URL.parse(url)?.hostname ?? '';
    const literal = addressInHost(name);
    return literal ? [literal] : addressesToTry(await deps.names.resolveName(name));
  }
}

/** While more is parked than a step of the drain releases, what comes queues behind it. What was released has a turn. */
function queueBehind(
  { turn, isTest, probe }: DeliveryMessage,
  { drain, rateLimit }: Subscription,
): Parked | undefined {
  const mayPass = turn !== undefined || isTest === true || probe !== undefined;
  if (mayPass || !drain?.isBehind) return undefined;
  return { kind: 'parked', reason: rateLimit ? 'rate-limit' : 'draining' };
}
