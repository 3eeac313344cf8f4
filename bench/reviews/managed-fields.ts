/** `metadata.managedFields` of an object: who set what, as the API server keeps it. */

type FieldSet = { readonly [key: string]: FieldSet };

/** As after one apply, one update by an optimizer and one by a controller. */
export function managedFieldsOf(object: unknown): unknown[] {
  const entry = (manager: string, operation: string, fields: FieldSet) => ({
    manager,
    operation,
    apiVersion: 'v1',
    time: '2026-03-02T09:14:27Z',
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  });
  return [
    entry('kubectl', 'Apply', fieldsOf(object)),
    entry('tuner', 'Update', { 'f:spec': { 'f:maxReplicas': {} } }),
    entry('kube-controller-manager', 'Update', { 'f:status': { 'f:conditions': {} } }),
  ];
}

/** Lists by the name of their elements, as their schemas say (`k:{"name":"web"}`). */
function fieldsOf(value: unknown): FieldSet {
  if (Array.isArray(value)) return Object.fromEntries(value.map((item) => [keyOf(item), fieldsOf(item)]));
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [`f:${key}`, fieldsOf(item)]));
}

function keyOf(item: unknown): string {
  const { name } = (item ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? `k:{"name":"${name}"}` : `v:${JSON.stringify(item).slice(0, 40)}`;
}
