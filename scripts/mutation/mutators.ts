import ts from 'typescript';

/** What an expression is replaced by: the kind of the change, and the new text. */
export type Replacement = readonly [kind: string, text: string];

const { SyntaxKind: Kind } = ts;

const OPERATORS: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  [Kind.EqualsEqualsEqualsToken, ['!==']],
  [Kind.ExclamationEqualsEqualsToken, ['===']],
  [Kind.LessThanToken, ['<=', '>=']],
  [Kind.LessThanEqualsToken, ['<', '>']],
  [Kind.GreaterThanToken, ['>=', '<=']],
  [Kind.GreaterThanEqualsToken, ['>', '<']],
  [Kind.AmpersandAmpersandToken, ['||']],
  [Kind.BarBarToken, ['&&']],
  [Kind.QuestionQuestionToken, ['&&']],
  [Kind.PlusToken, ['-']],
  [Kind.MinusToken, ['+']],
  [Kind.AsteriskToken, ['/']],
  [Kind.SlashToken, ['*']],
  [Kind.PercentToken, ['*']],
  [Kind.PlusEqualsToken, ['-=']],
  [Kind.MinusEqualsToken, ['+=']],
]);

const TRUTH_OPERATORS = new Set([
  Kind.EqualsEqualsEqualsToken,
  Kind.ExclamationEqualsEqualsToken,
  Kind.LessThanToken,
  Kind.LessThanEqualsToken,
  Kind.GreaterThanToken,
  Kind.GreaterThanEqualsToken,
  Kind.AmpersandAmpersandToken,
  Kind.BarBarToken,
]);

const OPPOSITE_METHODS: ReadonlyMap<string, string> = new Map(
  [
    ['some', 'every'],
    ['startsWith', 'endsWith'],
    ['min', 'max'],
    ['toUpperCase', 'toLowerCase'],
    ['find', 'findLast'],
    ['floor', 'ceil'],
  ].flatMap(([one = '', other = '']) => [
    [one, other],
    [other, one],
  ]),
);

/** Methods that give back what they were called on, changed: without the call it is unchanged. */
const CHANGING_METHODS = new Set([
  ...['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'concat'],
  ...[
    'trim',
    'trimStart',
    'trimEnd',
    'replace',
    'replaceAll',
    'toWellFormed',
    'padStart',
    'padEnd',
  ],
]);

/** All that `node`, an expression, may be replaced by, one at a time. */
export function replacementsOf(node: ts.Expression): Replacement[] {
  return [
    ...ofCondition(node),
    ...ofChain(node),
    ...ofArrowBody(node),
    ...ofLiteral(node),
    ...(ts.isBinaryExpression(node) ? ofBinary(node) : []),
    ...(ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node) ? ofUnary(node) : []),
    ...(ts.isCallExpression(node) ? ofCall(node) : []),
  ];
}

function ofCondition(node: ts.Expression): Replacement[] {
  const { parent } = node;
  const isLoop =
    ((ts.isWhileStatement(parent) || ts.isDoStatement(parent)) && parent.expression === node) ||
    (ts.isForStatement(parent) && parent.condition === node);
  const isChoice =
    (ts.isIfStatement(parent) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node);
  const isTruth = ts.isBinaryExpression(node) && TRUTH_OPERATORS.has(node.operatorToken.kind);
  if (isLoop) return [['condition', 'false']];
  return isChoice || isTruth
    ? [
        ['condition', 'true'],
        ['condition', 'false'],
      ]
    : [];
}

function ofBinary(node: ts.BinaryExpression): Replacement[] {
  const { left, operatorToken, right } = node;
  const isText = [left, right].some(
    (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
  );
  if (operatorToken.kind === Kind.PlusToken && isText) return [];
  return (OPERATORS.get(operatorToken.kind) ?? []).map((operator) => [
    'operator',
    // Without the parentheses, ?? next to && is no valid syntax.
    `(${left.getText()}) ${operator} (${right.getText()})`,
  ]);
}

const UNARY_OPERATORS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [Kind.MinusToken, '+'],
  [Kind.PlusPlusToken, '--'],
  [Kind.MinusMinusToken, '++'],
]);

function ofUnary(node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): Replacement[] {
  const operand = node.operand.getText();
  if (node.operator === Kind.ExclamationToken) return [['negation', operand]];
  const operator = UNARY_OPERATORS.get(node.operator);
  if (operator === undefined) return [];
  return [['operator', ts.isPrefixUnaryExpression(node) ? operator + operand : operand + operator]];
}

function ofLiteral(node: ts.Expression): Replacement[] {
  if (node.kind === Kind.TrueKeyword) return [['boolean', 'false']];
  if (node.kind === Kind.FalseKeyword) return [['boolean', 'true']];
  if (ts.isStringLiteralLike(node)) return [['text', node.text === '' ? "'mutated'" : "''"]];
  if (ts.isTemplateExpression(node)) return [['text', "''"]];
  if (ts.isArrayLiteralExpression(node)) {
    return [['array', node.elements.length === 0 ? "['mutated']" : '[]']];
  }
  if (ts.isObjectLiteralExpression(node) && node.properties.length > 0) return [['object', '{}']];
  return [];
}

function ofCall(node: ts.CallExpression): Replacement[] {
  const callee = node.expression;
  if (!ts.isPropertyAccessExpression(callee)) return [];
  const receiver = callee.expression.getText();
  const name = callee.name.text;
  const given = node.arguments.map((argument) => argument.getText()).join(', ');
  const opposite = OPPOSITE_METHODS.get(name);
  const dot = callee.questionDotToken === undefined ? '.' : '?.';
  return [
    ...(opposite === undefined
      ? []
      : [['method', `${receiver}${dot}${opposite}(${given})`] as const]),
    ...(CHANGING_METHODS.has(name) ? [['method', receiver] as const] : []),
  ];
}

function ofArrowBody(node: ts.Expression): Replacement[] {
  const { parent } = node;
  return ts.isArrowFunction(parent) && parent.body === node ? [['body', 'undefined']] : [];
}

/** Each `?.` of a chain as a plain access. */
function ofChain(node: ts.Expression): Replacement[] {
  const replacements: Replacement[] = [];
  const start = node.getStart();
  let link: ts.Node = node;
  while (ts.isOptionalChain(link)) {
    const token = ts.isNonNullExpression(link) ? undefined : link.questionDotToken;
    if (token !== undefined) {
      const text = node.getText();
      const dot = ts.isPropertyAccessExpression(link) ? '.' : '';
      const changed = text.slice(0, token.getStart() - start) + dot + text.slice(token.end - start);
      replacements.push(['optional chain', changed]);
    }
    link = link.expression;
  }
  return replacements;
}
