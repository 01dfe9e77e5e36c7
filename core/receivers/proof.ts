import { type DeliveryOutcome, isUncalled } from './delivery-outcome.ts';
import { raise, type SpacedCount } from './spaced-count.ts';

/**
 * Whether a receiver answers our calls with 2xx. One that does not may belong to somebody who never asked for them,
 * and gets one call a second at most.
 */
export interface Proof {
  /** When the receiver proved itself. Absent if it never did, or if too many failures came after it. */
  readonly provenAt?: string;
  /** The addresses that have answered with 2xx, at most `maxAddresses`. */
  readonly provenAddresses?: readonly string[];
  /** What speaks against the proof. */
  readonly doubts?: SpacedCount;
}

/** A larger pool is known by eight of its addresses. Its others would cost a write each, perhaps without end. */
const maxAddresses = 8;

/** So many doubts take the proof away. */
const enoughDoubts = 6;

/**
 * A failure at an address that has never answered with 2xx: the name may have moved to a stranger. Three in a row are
 * enough. One is not, because in a pool of addresses any may be new and fail.
 */
const doubtsByNewAddress = 2;

/** Other failures count once in ten minutes. So an outage of less than 50 minutes leaves the proof as it is. */
const doubtSpacingMs = 600_000;

/** The proof after a call. What the call has not changed is the same object. */
export function proveBy(proof: Proof, outcome: DeliveryOutcome, now: Date): Proof {
  if (isUncalled(outcome)) return proof;
  if (outcome.kind === 'success') return affirm(proof, outcome.remoteAddress, now);
  if (!proof.provenAt) return proof;
  const doubts = isNew(proof, outcome.remoteAddress)
    ? raise(proof.doubts, now, 0, doubtsByNewAddress)
    : raise(proof.doubts, now, doubtSpacingMs);
  return doubts.count < enoughDoubts ? { ...proof, doubts } : {};
}

function affirm(proof: Proof, address: string | undefined, now: Date): Proof {
  const { provenAt, provenAddresses, doubts } = proof;
  if (!provenAt)
    return { provenAt: now.toISOString(), ...(address === undefined ? {} : { provenAddresses: [address] }) };
  return {
    provenAt,
    ...(provenAddresses ? { provenAddresses: withAddress(provenAddresses, address) } : {}),
    // A single doubt stays. A receiver that fails now and then would otherwise cost two writes for each failure.
    ...(doubts?.count === 1 ? { doubts } : {}),
  };
}

function withAddress(known: readonly string[], address: string | undefined): readonly string[] {
  const isNoted = address === undefined || known.includes(address) || known.length === maxAddresses;
  return isNoted ? known : [...known, address];
}

/**
 * False if the receiver is not proven, or if it has answered at none of these addresses: its name may have moved to a
 * stranger. The addresses of a large pool are not all known.
 */
export function isProvenAt(proof: Proof, addresses: readonly string[]): boolean {
  const { provenAt, provenAddresses = [] } = proof;
  const isPool = provenAddresses.length === maxAddresses;
  return (
    provenAt !== undefined && (isPool || !addresses.length || addresses.some((one) => !isNew(proof, one)))
  );
}

/** False as well if it is not known which addresses gave the proof. */
function isNew({ provenAddresses }: Proof, address: string | undefined): boolean {
  return provenAddresses !== undefined && address !== undefined && !provenAddresses.includes(address);
}
