/**
 * The paths of the fields at fault, such as `detail.data.ticket.id`. An explanation is a list such as
 * `detail.data.ticket: Invalid input; detail.data.customer: Invalid input`.
 */
export function rejectedFields(reason: string, explanation = ''): string[] {
  if (reason === 'unknown-type') return ['detail-type'];
  if (reason === 'unknown-source') return ['source'];
  if (reason === 'id-conflict') return ['detail.id'];
  const fields = explanation.split('; ').flatMap((issue) => /^(\S+): /.exec(issue)?.[1] ?? []);
  return [...new Set(fields)];
}
