import type { Json } from '../aws.ts';
import { asText, isList, isObject, listOr } from '../json-access.ts';
import { subTokens } from './sub.ts';
import type { Template } from './template.ts';

/**
 * Returns the logical ids so that each comes after everything that it refers to or depends on;
 * otherwise the order of the template is kept.
 */
export function creationOrder(template: Template): readonly string[] {
  const dependencies = new Map(
    Object.keys(template.resources).map((id) => [id, dependenciesOf(template, id)] as const),
  );
  const order: string[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (done.has(id)) return;
    if (path.includes(id)) {
      const cycle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new Error(`resources depend on each other in a circle: ${cycle}`);
    }
    for (const dependency of dependencies.get(id) ?? []) visit(dependency, [...path, id]);
    done.add(id);
    order.push(id);
  };
  for (const id of dependencies.keys()) visit(id, []);
  return order;
}

function dependenciesOf(template: Template, logicalId: string): readonly string[] {
  const resource = template.resources[logicalId];
  if (resource === undefined) return [];
  for (const name of resource.dependsOn) {
    if (template.resources[name] === undefined) {
      throw new Error(`${logicalId} depends on ${name}, which is not in the template`);
    }
  }
  const names = new Set([...resource.dependsOn, ...referencesIn(resource.properties)]);
  return [...names].filter((name) => template.resources[name] !== undefined);
}

function referencesIn(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'Ref') return [asText(member)];
    if (key === 'Fn::GetAtt') return getAttReferences(member);
    if (key === 'Fn::Sub') return [...subReferences(member), ...referencesIn(member)];
    return referencesIn(member);
  });
}

function getAttReferences(argument: Json): readonly string[] {
  const [first, ...others] = listOr(argument);
  return [beforeDot(asText(first ?? '')), ...others.flatMap(referencesIn)];
}

function subReferences(argument: Json): readonly string[] {
  const text = asText(listOr(argument)[0] ?? '');
  return subTokens(text).flatMap((token) => (token.kind === 'name' ? [beforeDot(token.name)] : []));
}

function beforeDot(text: string): string {
  return text.split('.', 1)[0] ?? text;
}
