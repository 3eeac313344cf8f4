/** The request half of an AdmissionReview, as far as Flyball reads it. */
export interface ReviewRequest {
  readonly uid: string;
  /** Of the object as it was converted for us (matchPolicy Equivalent). */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly user: string;
  readonly groups: readonly string[];
  readonly dryRun: boolean;
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly fieldManager?: string;
}
