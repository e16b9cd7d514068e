// A lint plugin for what no built-in rule can say.

const message =
  "The machine's date makes a file untestable on a fake clock. Take a Clock from the caller and read its wallNow(); " +
  "`new Date(value)` stays allowed.";

function isDate({ type, name }) {
  return type === "Identifier" && name === "Date";
}

/** Forbids `new Date()` and `Date()`, which read the machine's clock; dates made from a value are fine. */
const noAmbientDate = {
  meta: { type: "problem" },
  create(context) {
    return {
      NewExpression(node) {
        if (isDate(node.callee) && node.arguments.length === 0) context.report({ node, message });
      },
      CallExpression(node) {
        if (isDate(node.callee)) context.report({ node, message });
      },
    };
  },
};

export default { meta: { name: "sluice" }, rules: { "no-ambient-date": noAmbientDate } };
