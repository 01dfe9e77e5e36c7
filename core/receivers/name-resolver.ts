export interface NameResolver {
  /** Lists all addresses of a name, IPv4 first. The list is empty if there are none or no server answers in time. */
  resolveName(name: string): Promise<readonly string[]>;
}
