import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  catalogue,
  definitions,
  definitionsFor,
  kindOf,
  nearestName,
} from '../../../src/catalogue/catalogue.ts';
import { renderParameters } from '../../../src/catalogue/document.ts';
import { nearest } from '../../../src/catalogue/nearest.ts';

const names = (pattern: string) => definitionsFor(pattern).map(({ name }) => name);

describe('definitionsFor', () => {
  it.each([
    ['hpa.maxReplicas', ['hpa.maxReplicas']],
    ['containers.image', ['containers.image']],
    ['containers[web].image', ['containers.image']],
    ['containers[web].requests.*', ['containers.requests.cpu', 'containers.requests.memory']],
    ['quota.hard[requests.cpu]', ['quota.hard']],
    ['annotations[flyball.dev/anchor.hpa.maxReplicas]', ['annotations']],
    ['hpa.maxReplica', []],
    ['constructor', []],
  ])('%s', (pattern, expected) => {
    expect(names(pattern)).toEqual(expected);
  });

  it('covers everything by one star', () => {
    expect(definitionsFor('*')).toEqual(definitions);
  });
});

describe('nearestName', () => {
  it.each([
    ['hpa.maxReplica', 'hpa.maxReplicas'],
    ['HPA.MAXREPLICAS', 'hpa.maxReplicas'],
    ['container[web].image', 'containers.image'],
    ['deployments.replicas', 'deployment.replicas'],
    ['x', undefined],
    ['something.else.entirely', undefined],
    ['h'.repeat(10_000), undefined],
  ])('%s', (name, expected) => {
    expect(nearestName(name)).toBe(expected);
  });

  it('takes the first of equally near words', () => {
    expect(nearest('rang', ['range', 'rank'])).toBe('range');
    expect(nearest('rang', [])).toBeUndefined();
  });
});

describe('the catalogue', () => {
  it('has one definition for one name, with a capacity only where it is a number', () => {
    const all = catalogue.flatMap((kind) => kind.definitions);
    for (const definition of all) {
      expect(definitions.find(({ name }) => name === definition.name)).toBe(definition);
      if (definition.type === 'choice') expect(definition.capacity).toBe('none');
    }
  });

  it('couples only numbers that it defines', () => {
    for (const kind of catalogue) {
      for (const { left, right } of kind.couplings) {
        const types = [left, right].map(
          ({ parameter }) => kind.definitions.find(({ name }) => name === parameter)?.type,
        );
        expect(types[0]).toBe(types[1]);
        expect(['integer', 'quantity']).toContain(types[0]);
      }
    }
  });

  it('binds the directions of the shared example', () => {
    const nature = (name: string) => {
      const [found] = definitionsFor(name);
      return found && `${found.type} ${found.capacity} ${found.integration}`;
    };
    expect(nature('hpa.metrics.cpu.averageUtilization')).toBe('percent less parametric');
    expect(nature('hpa.maxReplicas')).toBe('integer more restrictive');
    expect(nature('deployment.replicas')).toBe('integer more substitutive');
    expect(nature('hpa.scaleTargetRef')).toBe('choice none substitutive');
  });

  it('does not know what it does not list', () => {
    expect(kindOf('apps', 'Deployment')?.kind).toBe('Deployment');
    expect(kindOf('', 'ConfigMap')).toBeUndefined();
  });
});

it('is documented: docs/parameters.md is in step (FLYBALL_UPDATE_GOLDEN=1 writes it)', () => {
  const file = new URL('../../../docs/parameters.md', import.meta.url);
  if (process.env['FLYBALL_UPDATE_GOLDEN'] === '1') writeFileSync(file, renderParameters());
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(renderParameters());
});
