import ts from 'typescript';
import { replacementsOf } from './mutators.ts';

/** One change of a source file. */
export interface Mutant {
  /** The file and a number, as the instrumented code asks for it. */
  readonly id: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly original: string;
  readonly replacement: string;
}

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** The file with all mutants in it, each behind a question to the global `__mutant__`. */
  readonly code: string;
}

/**
 * Puts all mutants of a file into it. So it is compiled and loaded once, and a mutant is switched on
 * without a new start.
 *
 * @param file under which name the mutants are known
 */
export function instrument(file: string, text: string): Instrumented {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const mutants: Mutant[] = [];

  function isActive(node: ts.Node, kind: string, replacement: string): string {
    const id = `${file}#${mutants.length}`;
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
    const place = { line: line + 1, column: character + 1 };
    mutants.push({ id, file, ...place, kind, original: node.getText(), replacement });
    return `__mutant__(${JSON.stringify(id)})`;
  }

  function render(node: ts.Node): string {
    if (isErased(node)) return node.getText();
    let code = '';
    let from = node.getStart();
    ts.forEachChild(node, (child) => {
      code += text.slice(from, child.getStart()) + render(child);
      from = child.end;
    });
    code += text.slice(from, node.end);
    if (isRemovable(node)) {
      return `if (${isActive(node, 'call', '')}) {} else { ${code} }`;
    }
    if (ts.isBlock(node) && isEmptiable(node)) {
      return `{ if (${isActive(node, 'block', '{}')}) {} else ${code} }`;
    }
    if (!ts.isExpression(node) || !isReplaceable(node)) return code;
    for (const [kind, replacement] of replacementsOf(node)) {
      code = `(${isActive(node, kind, replacement)} ? (${replacement}) : ${code})`;
    }
    return code;
  }

  return { code: text.slice(0, source.getStart()) + render(source), mutants };
}

/** Types, and what only links files. */
function isErased(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

function isRemovable(node: ts.Node): boolean {
  if (!ts.isExpressionStatement(node)) return false;
  const { expression } = node;
  return ts.isCallExpression(ts.isAwaitExpression(expression) ? expression.expression : expression);
}

function isEmptiable(block: ts.Block): boolean {
  // Without super() the constructor of a subclass fails at once.
  return block.statements.length > 0 && !ts.isConstructorDeclaration(block.parent);
}

/** Whether an expression may stand in parentheses, and be another, where `node` stands. */
function isReplaceable(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isPropertyName(node) && 'name' in parent && parent.name === node) return false;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  if (ts.isTaggedTemplateExpression(parent) && parent.template === node) return false;
  if (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return false;
  }
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return false;
  // What a chain leaves out when it ends early, parentheses would not.
  return !(ts.isOptionalChain(parent) && parent.expression === node && ts.isOptionalChain(node));
}

function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
