/** An expected failure, for people: what does not work, why, and what to do. Lower-case, without full stops. */
export interface Problem {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** `cannot reach ...: connection refused; check that ...`, on one line. */
export function formatProblem({ what, why, fix }: Problem): string {
  return `${what}: ${why}; ${fix}`.replace(/\s+/g, ' ');
}

/** What an adapter has to say to whoever keeps the process log. It never holds a credential or a whole object. */
export interface Note {
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

export type OnNote = (note: Note) => void;
