/** A template's three parts in Handlebars syntax; at least one of text and html is set when stored. */
export type TemplateParts = {
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
};

/** A template as CreateEmailTemplate left it. */
export type StoredTemplate = {
  readonly name: string;
  readonly parts: TemplateParts;
  readonly createdAtMs: number;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
};
