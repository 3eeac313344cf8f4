/** Parses the Prometheus text format 0.0.4, and refuses what promtool would refuse. */

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const suffixes: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  let current: Family | undefined;
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    if (line.startsWith('# HELP ')) current = openFamily(line, families);
    else if (line.startsWith('# TYPE ')) current = typed(line, current, families);
    else if (!line.startsWith('#')) {
      if (seen.has(line.slice(0, line.lastIndexOf(' ')))) throw new Error(`twice: ${line}`);
      seen.add(line.slice(0, line.lastIndexOf(' ')));
      addSample(line, current);
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

function openFamily(line: string, families: Map<string, Family>): Family {
  const [, , name = '', ...help] = line.split(' ');
  if (!metricName.test(name)) throw new Error(`no name: ${line}`);
  if (families.has(name)) throw new Error(`a second family: ${line}`);
  const family = { name, type: 'untyped', help: help.join(' '), samples: [] };
  families.set(name, family);
  return family;
}

function typed(line: string, current: Family | undefined, families: Map<string, Family>): Family {
  const [, , name = '', type = ''] = line.split(' ');
  if (current?.name !== name) throw new Error(`a type without help: ${line}`);
  if (!['counter', 'gauge', 'histogram', 'summary', 'untyped'].includes(type))
    throw new Error(`no type: ${line}`);
  const family = { ...current, type };
  families.set(name, family);
  return family;
}

function addSample(line: string, family: Family | undefined): void {
  const match = sampleLine.exec(line);
  if (match === null || family === undefined) throw new Error(`no sample: ${line}`);
  const [, name = '', labels = '', text = ''] = match;
  const allowed = (suffixes[family.type] ?? ['']).map((suffix) => `${family.name}${suffix}`);
  if (!allowed.includes(name)) throw new Error(`outside of its family: ${line}`);
  // As Go reads a float: prom-client writes `Nan`.
  const value = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
  if (Number.isNaN(value) && text.toLowerCase() !== 'nan') throw new Error(`no value: ${line}`);
  family.samples.push({ name, labels: parseLabels(labels), value });
}

function parseLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>();
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const match = label.exec(text);
    if (match === null || labels.has(match[1] ?? '')) throw new Error(`labels: ${text}`);
    labels.set(match[1] ?? '', match[2] ?? '');
  }
  return labels;
}

/** Buckets grow, and the last one is the count. */
function checkHistogram({ name, samples }: Family): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples.filter((it) => it.name === `${name}_bucket`)) {
    const key = JSON.stringify([...sample.labels].filter(([label]) => label !== 'le'));
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, buckets] of series) {
    const values = buckets.map(({ value }) => value);
    if (values.some((value, index) => value < (values[index - 1] ?? 0)))
      throw new Error(`shrinks: ${name}${key}`);
    const count = samples.find((it) => it.name === `${name}_count` && JSON.stringify([...it.labels]) === key);
    if (buckets.at(-1)?.labels.get('le') !== '+Inf' || count?.value !== values.at(-1))
      throw new Error(`no whole: ${name}${key}`);
  }
}
