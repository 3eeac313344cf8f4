/**
 * Ours against Kubernetes' own parser, k8s.io/apimachinery. What it answers is kept in `quantity.golden.json`; to ask
 * it anew (needs Go, or the built control plane): `FLYBALL_UPDATE_GOLDEN=1 vitest run --project unit quantity`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity } from '../../../src/core/quantity.ts';
import { parseQuantities, type QuantityAnswer } from '../../control-plane/quantity.ts';
import { quantityTexts } from './quantity.corpus.ts';

const goldenPath = join(import.meta.dirname, 'quantity.golden.json');
const isUpdate = process.env['FLYBALL_UPDATE_GOLDEN'] === '1';

async function readAnswers(): Promise<readonly QuantityAnswer[]> {
  if (isUpdate) {
    const lines = (await parseQuantities(quantityTexts)).map((answer) => JSON.stringify(answer));
    await writeFile(goldenPath, `[\n${lines.join(',\n')}\n]\n`);
  }
  return JSON.parse(await readFile(goldenPath, 'utf8')) as readonly QuantityAnswer[];
}

const answers = await readAnswers();

const answerOf = new Map(answers.map((answer) => [answer.in, answer]));

it('has an answer for every text of the corpus', () => {
  expect(answers.map((answer) => answer.in)).toEqual(quantityTexts);
});

describe('what ours accepts, Kubernetes accepts with the same value and text', () => {
  const accepted = answers.filter((answer) => parseQuantity(answer.in).ok);

  it.each(accepted.filter(isRewritten))('$in', (answer) => {
    expect(readOurs(answer.in)).toEqual(readTheirs(answer));
  });

  /**
   * Short plain numbers are kept by Kubernetes as they were written: there the text that we would write must be one
   * that Kubernetes, too, reads as the same value and writes unchanged.
   */
  it.each(accepted.filter((answer) => !isRewritten(answer)))(
    '$in, which Kubernetes keeps as written',
    (answer) => {
      const ours = readOurs(answer.in);
      const again = answerOf.get(ours.canonical);
      expect(readTheirs(answer)).toEqual({ ...ours, canonical: answer.in });
      expect(again).toMatchObject({ ok: true, nano: ours.nano, canonical: ours.canonical });
    },
  );
});

/** What Kubernetes accepts and ours refuses, by our error: it would store something else than was written. */
const refusals: readonly (readonly [string, string, (answer: Accepted) => boolean])[] = [
  [
    'is beyond 2^63-1',
    'Kubernetes caps what is binary, keeps what is decimal, and writes `1000E` back as `1`',
    ({ nano }) => magnitude(nano) >= (2n ** 63n - 1n) * 10n ** 9n,
  ],
  ['is finer than 1n', 'Kubernetes rounds it away from zero', (answer) => /\.|n$|e-/.test(answer.in)],
  [
    'is out of range',
    'an exponent that no object has; Kubernetes writes a thousand digits',
    (answer) => /e-?\d{3}$/.test(answer.in),
  ],
  [
    'is minus zero',
    'a mistake more likely than a wish; Kubernetes drops the sign',
    ({ nano }) => nano === '0',
  ],
  [
    'is not a quantity',
    'Kubernetes reads no digits at all as zero, and any number of them',
    (answer) => !/^[+-]?\.?\d/.test(answer.in) || answer.in.length > 64,
  ],
];

describe('what ours refuses and Kubernetes accepts', () => {
  const refused = answers.filter((answer) => answer.ok).filter((answer) => !parseQuantity(answer.in).ok);

  it.each(refusals)('%s: %s', (error, _, isMeant) => {
    const meant = refused.filter((answer) => errorOf(answer.in).endsWith(error));
    expect(meant.length).toBeGreaterThan(0);
    expect(meant.filter((answer) => !isMeant(answer)).map((answer) => answer.in)).toEqual([]);
  });

  it('is nothing else', () => {
    const others = refused.filter(
      (answer) => !refusals.some(([error]) => errorOf(answer.in).endsWith(error)),
    );
    expect(others.map((answer) => answer.in)).toEqual([]);
  });
});

type Accepted = Extract<QuantityAnswer, { ok: true }>;

function isRewritten(answer: QuantityAnswer): boolean {
  const isOddlyWritten = /^\+|^-?0\d|\.(?!\d)|E[+-]?\d|e\+|e[01]$/.test(answer.in);
  return !(answer.ok && isOddlyWritten && answer.canonical === answer.in);
}

function readOurs(text: string): { nano: string; format: string; canonical: string } {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return {
    nano: `${parsed.value.nanos}`,
    format: parsed.value.format,
    canonical: formatQuantity(parsed.value),
  };
}

function readTheirs(answer: QuantityAnswer): unknown {
  return answer.ok ? { nano: answer.nano, format: answer.format, canonical: answer.canonical } : answer.error;
}

function errorOf(text: string): string {
  const parsed = parseQuantity(text);
  return parsed.ok ? '' : parsed.error;
}

function magnitude(nano: string): bigint {
  return BigInt(nano.replace('-', ''));
}
