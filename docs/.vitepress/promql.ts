/** Enough of the query language of Prometheus to colour it: the highlighter brings none. */
export const promql = {
  name: "promql",
  scopeName: "source.promql",
  repository: {},
  patterns: [
    { match: "#.*$", name: "comment.line.promql" },
    { match: "\"[^\"]*\"|'[^']*'", name: "string.quoted.promql" },
    { match: "\\[[^\\]]*\\]|\\b\\d+(\\.\\d+)?\\b", name: "constant.numeric.promql" },
    {
      match: "\\b(by|without|on|ignoring|group_left|group_right|and|or|unless|offset|bool)\\b",
      name: "keyword.promql",
    },
    { match: "\\b[a-z_]+(?=\\s*\\()", name: "entity.name.function.promql" },
  ],
};
