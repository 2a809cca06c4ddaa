import type { Json, JsonObject } from '../aws.ts';
import { asText, isObject, listOr, objectOr, stringAt } from '../json-access.ts';

/** One condition of a statement: all conditions must hold, any value of one suffices. */
export type Condition = {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
};

/** One statement of an identity-based policy. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  /** Logical id, or name, of the policy that holds the statement. */
  readonly source: string;
};

/**
 * Returns the statements of a policy document.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 * @throws on what the evaluator would misjudge: NotAction, NotResource, policy variables.
 */
export function parsePolicy(document: Json | undefined, source: string): readonly Statement[] {
  return listOr(objectOr(document)['Statement'])
    .filter(isObject)
    .map((statement) => parseStatement(statement, source));
}

function parseStatement(statement: JsonObject, source: string): Statement {
  for (const refused of ['NotAction', 'NotResource', 'NotPrincipal', 'Principal']) {
    if (statement[refused] !== undefined) {
      throw new Error(`policy ${source} uses ${refused}, which the box's IAM does not evaluate`);
    }
  }
  const effect = stringAt(statement, 'Effect');
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new Error(`policy ${source} has a statement with Effect ${effect}, allowed: Allow, Deny`);
  }
  const resources = texts(statement['Resource'], 'Resource', source);
  const variable = resources.find((one) => one.includes('${'));
  if (variable !== undefined) {
    throw new Error(
      `policy ${source} uses a policy variable in ${variable}, which the box does not evaluate`,
    );
  }
  return {
    effect,
    actions: texts(statement['Action'], 'Action', source),
    resources,
    conditions: conditionsOf(objectOr(statement['Condition'])),
    source,
  };
}

function texts(value: Json | undefined, element: string, source: string): readonly string[] {
  const list = listOr(value).map(asText);
  if (list.length === 0) throw new Error(`policy ${source} has a statement without ${element}`);
  return list;
}

function conditionsOf(block: JsonObject): readonly Condition[] {
  return Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(objectOr(keys)).map(([key, values]) => ({
      operator,
      key,
      values: listOr(values).map(asText),
    })),
  );
}
