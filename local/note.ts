/** Something of the template that the box accepts and does not act on. */
export type Recorded = {
  readonly logicalId: string;
  readonly type: string;
  /** One sentence: why nothing happens locally, or what differs from AWS. */
  readonly why: string;
};

/** Records what the box accepts without acting on it. */
export type Note = (
  resource: { readonly logicalId: string; readonly type: string },
  why: string,
) => void;
