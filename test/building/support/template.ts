import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import type { PipelineConfigInput } from '../../../contract/pipeline-config.ts';
import { buildApp } from '../../../lib/pipeline-app.ts';

const properties = z.record(z.string(), z.unknown());

const resource = z.object({
  Type: z.string(),
  Properties: properties.default({}),
  DependsOn: z.array(z.string()).default([]),
  DeletionPolicy: z.exactOptional(z.string()),
  UpdateReplacePolicy: z.exactOptional(z.string()),
});
export type Resource = z.output<typeof resource>;

const synthesized = z.object({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })),
});

/** A synthesized template, with the questions that tests ask of it. */
export type Built = {
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** Resources of a type, by logical id. */
  readonly ofType: (type: string) => readonly (readonly [string, Resource])[];
  /** The one resource of a type with this property. */
  readonly named: (type: string, property: string, value: string) => Resource;
};

/** Synthesizes without bundling: the template is the same, the code is another test's business. */
export async function build(config: PipelineConfigInput): Promise<Built> {
  const outdir = mkdtempSync(join(tmpdir(), 'goodstanding-building-'));
  try {
    const { stack } = await buildApp({ config, outdir, context: withoutBundling });
    const template = Template.fromStack(stack);
    const { Resources, Outputs } = synthesized.parse(template.toJSON());
    const ofType = (type: string) =>
      Object.entries(Resources).filter(([, { Type }]) => Type === type);
    return {
      template,
      resources: Resources,
      outputs: Object.fromEntries(
        Object.entries(Outputs).map(([id, { Value }]) => [id, text(Value)]),
      ),
      ofType,
      named: (type, property, value) => {
        const found = ofType(type).find(([, { Properties }]) => Properties[property] === value);
        if (!found) throw new Error(`the template has no ${type} with ${property} ${value}`);
        return found[1];
      },
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

export const withoutBundling = { 'aws:cdk:bundling-stacks': [] };

const intrinsic = z.object({
  Ref: z.exactOptional(z.string()),
  'Fn::GetAtt': z.exactOptional(z.array(z.string())),
  'Fn::Join': z.exactOptional(z.tuple([z.string(), z.array(z.unknown())])),
});

/** Returns a value of the template as text, with references in angle brackets. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = intrinsic.parse(value);
  if (Ref !== undefined) return `<${Ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  return (join?.[1] ?? []).map(text).join(join?.[0] ?? '');
}
