export interface NameResolver {
  /** All addresses of a name, IPv4 first; none if there are none or nobody answers in time. */
  resolveName(name: string): Promise<readonly string[]>;
}
