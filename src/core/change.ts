import type { Parameter } from './parameter.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** What is changed. For `/scale` the kind is the scaled workload's: one parameter, many doors. */
export interface Target {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `scale`, `resize`, `status`; empty for the object itself. */
  readonly subresource: string;
}

/** Who asks, as the API server authenticated it. `fieldManager` is what the client says of itself: only a hint. */
export interface Actor {
  readonly user: string;
  readonly groups: readonly string[];
  readonly fieldManager?: string;
}

/** One admission request read as typed parameters. */
export interface Change {
  readonly target: Target;
  readonly actor: Actor;
  readonly operation: Operation;
  readonly dryRun: boolean;
  readonly parameters: readonly Parameter[];
}

/** `Deployment shop/web`, `Deployment shop/web (scale)`. */
export function formatTarget({ kind, namespace, name, subresource }: Target): string {
  const place = namespace === '' ? name : `${namespace}/${name}`;
  return subresource === '' ? `${kind} ${place}` : `${kind} ${place} (${subresource})`;
}
