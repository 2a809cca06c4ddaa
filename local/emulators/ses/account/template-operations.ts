import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf, OutputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import { page } from '../model/paging.ts';
import { quotas } from '../quotas.ts';
import { sesId } from '../sending/message-ids.ts';
import { composeMime } from '../sending/mime.ts';
import { inspect } from '../sending/rendering.ts';
import { renderParts, templateData } from '../sending/template-content.ts';
import { resourceTags } from './resource-tags.ts';
import type { StoredTemplate, TemplateParts } from './stored-template.ts';

type Names =
  | 'CreateEmailTemplate'
  | 'GetEmailTemplate'
  | 'UpdateEmailTemplate'
  | 'DeleteEmailTemplate'
  | 'ListEmailTemplates'
  | 'TestRenderEmailTemplate';

/** Stored e-mail templates. */
export const templateOperations: OperationsOf<Names> = {
  CreateEmailTemplate: (context, input) => {
    const name = input.TemplateName;
    if (!namePattern.test(name)) {
      const rule = '1 to 64 letters, digits, hyphens and underscores';
      refuse('BadRequestException', `Invalid template name <${name}>: ${rule}`);
    }
    if (context.templates.has(name)) {
      refuse('AlreadyExistsException', `Template ${name} already exists.`);
    }
    if (context.templates.size >= quotas.templates) {
      refuse('LimitExceededException', `Maximum of ${quotas.templates} templates`);
    }
    const parts = checkedParts(input.TemplateContent);
    const tags = resourceTags(input.Tags);
    context.templates.set(name, { name, parts, createdAtMs: context.clock(), tags });
    return {};
  },
  GetEmailTemplate: (context, input) => {
    const { name, parts, tags } = existingTemplate(context, input.TemplateName);
    const { subject, text, html } = parts;
    return {
      TemplateName: name,
      TemplateContent: { Subject: subject, Text: text, Html: html },
      Tags: tags,
    };
  },
  UpdateEmailTemplate: (context, input) => {
    const template = existingTemplate(context, input.TemplateName);
    const parts = checkedParts(input.TemplateContent);
    context.templates.set(template.name, { ...template, parts });
    return {};
  },
  DeleteEmailTemplate: (context, input) => {
    context.templates.delete(existingTemplate(context, input.TemplateName).name);
    return {};
  },
  ListEmailTemplates: (context, input) => {
    const { items, nextToken } = page([...context.templates.values()], input);
    const TemplatesMetadata = items.map((template) => ({
      TemplateName: template.name,
      CreatedTimestamp: template.createdAtMs / 1000,
    }));
    return { TemplatesMetadata, NextToken: nextToken };
  },
  TestRenderEmailTemplate: testRender,
};

const namePattern = /^[A-Za-z0-9_-]{1,64}$/;

/** The template, or the NotFoundException that sending gives too. */
export function existingTemplate(context: SesContext, name: string): StoredTemplate {
  return (
    context.templates.get(name) ?? refuse('NotFoundException', `Template ${name} does not exist`)
  );
}

function checkedParts(content: InputOf<'CreateEmailTemplate'>['TemplateContent']): TemplateParts {
  const { Subject: subject = '', Text: text, Html: html } = content;
  if (subject === '' && text === undefined && html === undefined) {
    refuse('BadRequestException', 'Template must have at least a subject, text, or html part.');
  }
  const bytes = [subject, text, html].reduce((sum, part) => sum + Buffer.byteLength(part ?? ''), 0);
  if (bytes > quotas.templateBytes) {
    const limit = `the limit is ${quotas.templateBytes} bytes`;
    refuse('BadRequestException', `Template is ${bytes} bytes long; ${limit}`);
  }
  for (const part of [subject, text, html]) {
    const { fault } = inspect(part ?? '');
    if (fault !== undefined) refuse('BadRequestException', `Template is invalid: ${fault}`);
  }
  return { subject, text, html };
}

async function testRender(
  context: SesContext,
  input: InputOf<'TestRenderEmailTemplate'>,
): Promise<OutputOf<'TestRenderEmailTemplate'>> {
  const { parts } = existingTemplate(context, input.TemplateName);
  const rendered = renderParts(parts, templateData(input.TemplateData));
  if (!rendered.ok) return refuse('BadRequestException', rendered.error);
  const atMs = context.clock();
  const bytes = await composeMime({
    region: context.place.region,
    messageId: sesId(context.place.region, atMs, context.draw),
    atMs,
    content: { kind: 'parts', ...rendered.parts, headers: [], attachments: [] },
  });
  return { RenderedTemplate: bytes.toString('utf8') };
}
