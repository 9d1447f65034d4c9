import { isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';

/** A template with the short forms of its functions (`!Ref`) written out (`{ Ref: … }`). */
export interface Template {
  readonly Parameters: Readonly<Record<string, { Default?: string; AllowedPattern?: string }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { Value: unknown }>>;
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export function parseTemplate(text: string): Template {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return plain(document.contents) as Template;
}

function plain(node: Node | null): unknown {
  const value = withoutTag(node);
  const tag = node?.tag ?? '';
  if (!tag.startsWith('!')) return value;
  const name = tag.slice(1);
  if (name === 'GetAtt') return { 'Fn::GetAtt': String(value).split('.') };
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
}

function withoutTag(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq<Node>(node)) return node.items.map(plain);
  if (!isMap<Node, Node>(node)) return null;
  return Object.fromEntries(
    node.items.filter(isPair).map(({ key, value }) => [String(plain(key)), plain(value)]),
  );
}

/**
 * What CloudFormation would make of a part of a template.
 *
 * @param values of parameters and pseudo parameters by name; `RetryRole.Arn` for an attribute
 * @throws Error for a function that is not supported here, or a name without a value
 */
export function evaluate(
  part: unknown,
  template: Template,
  values: Readonly<Record<string, string>>,
): unknown {
  const inner = (other: unknown): unknown => evaluate(other, template, values);
  const valueOf = (name: string): string => {
    const value = values[name] ?? template.Parameters[name]?.Default;
    if (value === undefined) throw new Error(`${name} has no value.`);
    return value;
  };
  if (Array.isArray(part)) return part.map(inner).filter((item) => item !== undefined);
  if (typeof part !== 'object' || part === null) return part;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(part);
  const list = (): unknown[] => argument as unknown[];
  if (others.length === 0) {
    switch (name) {
      case 'Ref':
        return argument === 'AWS::NoValue' ? undefined : valueOf(argument as string);
      case 'Fn::GetAtt':
        return valueOf(list().join('.'));
      case 'Fn::Sub': {
        const [text, more] = [argument, {}].flat() as [string, unknown];
        const own = inner(more) as Readonly<Record<string, string>>;
        return text.replace(/\$\{([^}]+)\}/g, (_, key: string) => own[key] ?? valueOf(key));
      }
      case 'Fn::Equals':
        return inner(list()[0]) === inner(list()[1]);
      case 'Fn::Not':
        return inner(list()[0]) !== true;
      case 'Fn::Or':
        return list().some((condition) => inner(condition) === true);
      case 'Fn::If': {
        const [condition, yes, no] = list();
        return inner(inner(template.Conditions[condition as string]) === true ? yes : no);
      }
      default:
        if (name.startsWith('Fn::')) throw new Error(`${name} is not supported.`);
    }
  }
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inner(value)]));
}
