import { type AlarmValue, alarmValues } from './alarm-judgement.ts';
import { CloudwatchError } from './errors.ts';

/** The rule of a composite alarm, taken apart. */
export type AlarmRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'alarm'; readonly state: AlarmValue; readonly name: string }
  | { readonly kind: 'not'; readonly rule: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly left: AlarmRule; readonly right: AlarmRule };

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
const limits = { characters: 10_240, alarms: 100, elements: 500, depth: 100 };

const tokenPattern =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^)"]*?))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

type Token =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'alarm'; readonly rule: AlarmRule };

type State = {
  readonly text: string;
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
};

/**
 * Takes the rule of a composite alarm apart; an ARN names the alarm at its end. AND binds stronger
 * than OR, and NOT than both.
 * @throws CloudwatchError that shows where it cannot be read.
 */
export function parseAlarmRule(text: string): AlarmRule {
  if (text.length > limits.characters) throw problem(text, `is longer than ${limits.characters}`);
  const tokens = tokensOf(text);
  if (tokens.length > limits.elements)
    throw problem(text, `has more than ${limits.elements} elements`);
  const state = { text, tokens, at: 0, depth: 0 };
  const rule = anyOf(state);
  if (state.at < tokens.length) throw unreadable(state);
  if (alarmsIn(rule).length > limits.alarms)
    throw problem(text, `names more than ${limits.alarms} alarms`);
  return rule;
}

/** Returns the names of the alarms in a rule, each once. */
export function alarmsIn(rule: AlarmRule): readonly string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'alarm':
      return [rule.name];
    case 'not':
      return alarmsIn(rule.rule);
    default:
      return [...new Set([...alarmsIn(rule.left), ...alarmsIn(rule.right)])];
  }
}

/** Returns whether a rule holds, given the states of the alarms that it names. */
export function ruleHolds(
  rule: AlarmRule,
  stateOf: (name: string) => AlarmValue | undefined,
): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'alarm':
      return stateOf(rule.name) === rule.state;
    case 'not':
      return !ruleHolds(rule.rule, stateOf);
    case 'and':
      return ruleHolds(rule.left, stateOf) && ruleHolds(rule.right, stateOf);
    case 'or':
      return ruleHolds(rule.left, stateOf) || ruleHolds(rule.right, stateOf);
  }
}

/** Returns the name of the alarm that a name or an ARN means. */
export function alarmNameOf(nameOrArn: string): string {
  const [, name] = /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(nameOrArn) ?? [];
  return name ?? nameOrArn;
}

function anyOf(state: State): AlarmRule {
  let left = allOf(state);
  while (takes(state, 'OR')) left = { kind: 'or', left, right: allOf(state) };
  return left;
}

function allOf(state: State): AlarmRule {
  let left = single(state);
  while (takes(state, 'AND')) left = { kind: 'and', left, right: single(state) };
  return left;
}

function single(state: State): AlarmRule {
  state.depth += 1;
  if (state.depth > limits.depth) throw problem(state.text, 'is nested too deep');
  try {
    return singleAt(state);
  } finally {
    state.depth -= 1;
  }
}

function singleAt(state: State): AlarmRule {
  if (takes(state, 'NOT')) return { kind: 'not', rule: single(state) };
  if (takes(state, 'TRUE')) return { kind: 'constant', value: true };
  if (takes(state, 'FALSE')) return { kind: 'constant', value: false };
  if (takes(state, '(')) {
    const inner = anyOf(state);
    if (!takes(state, ')')) throw unreadable(state);
    return inner;
  }
  const token = state.tokens[state.at];
  if (token?.kind !== 'alarm') throw unreadable(state);
  state.at += 1;
  return token.rule;
}

function takes(state: State, word: string): boolean {
  const token = state.tokens[state.at];
  if (token?.kind !== 'word' || token.word !== word) return false;
  state.at += 1;
  return true;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const at = pattern.lastIndex;
    const [, stateText, quoted, bare, keyword, bracket] = pattern.exec(text) ?? [];
    const state = alarmValues.find((one) => one === stateText);
    const name = alarmNameOf(quoted ?? bare ?? '');
    const word = keyword ?? bracket;
    if (state !== undefined && name !== '') {
      tokens.push({ kind: 'alarm', rule: { kind: 'alarm', state, name } });
    } else if (word !== undefined) tokens.push({ kind: 'word', word });
    else throw problem(text, `cannot be read at "${text.slice(at, at + 30).trim()}"`);
  }
  return tokens;
}

function unreadable({ text, tokens, at }: State): CloudwatchError {
  const token = tokens[at];
  if (token === undefined) return problem(text, 'cannot be read: it ends too early');
  return problem(
    text,
    `cannot be read at its part ${at + 1}${token.kind === 'word' ? `, ${token.word}` : ''}`,
  );
}

function problem(text: string, what: string): CloudwatchError {
  return new CloudwatchError(
    'ValidationError',
    `AlarmRule ${what}: "${text.slice(0, 200)}"; allowed are ALARM("name"), OK("name"), INSUFFICIENT_DATA("name"), AND, OR, NOT, TRUE, FALSE and parentheses`,
  );
}
