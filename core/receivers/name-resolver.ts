export interface NameResolver {
  /**
   * Lists all addresses of a name, IPv4 first. The list is empty if there are none or no server answers in time. Rejects
   * with one of `faultsOfOurs` as its code if nobody could be asked.
   */
  resolveName(name: string): Promise<readonly string[]>;
}
