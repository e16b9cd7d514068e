/** Cards of providers, the table of buckets, lists. */
export const lists = `
.providers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 0.9rem; }
.provider { padding: 0.8rem 0.9rem 0.5rem; min-inline-size: 0; }
.provider header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 0.6rem; }
.provider .name { overflow-wrap: anywhere; }
.provider .accounts { font-size: 0.85rem; flex: 1; }
.figures { display: flex; gap: 1.5rem; margin-block: 0.35rem 0.25rem; }
.figures > div { display: flex; flex-direction: column-reverse; }
.figures dd { font-size: 1.2rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures dt { font-size: 0.8rem; color: var(--muted); }
.key::before { content: ""; display: inline-block; inline-size: 14px; margin-inline-end: 0.35rem; vertical-align: middle; border-block-start: 2px solid var(--grant); }
.key.refused::before { border-block-start: 2px dashed var(--refuse); }
.key.waiting::before { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0 0.8rem; }
.plot { block-size: 116px; min-inline-size: 0; overflow: hidden; margin-inline: -0.3rem; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; inline-size: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: start; padding: 0.5rem 0.6rem; white-space: nowrap; }
th:first-child { padding-inline-start: 1rem; }
td:last-child, thead th:last-child { padding-inline-end: 1rem; }
thead th { font-size: 0.82rem; font-weight: 550; color: var(--muted); border-block-end: 1px solid var(--line); }
tbody tr + tr > * { border-block-start: 1px solid var(--line); }
tbody tr:hover { background: var(--raised); }
.number { text-align: end; }
/* Takes what the figures leave, and no more. */
.bucket { font-weight: 500; min-inline-size: 11rem; inline-size: 100%; max-inline-size: 0; }
.bucket span { display: block; overflow: hidden; text-overflow: ellipsis; }
.bucket .scope { font-size: 0.8rem; font-weight: 400; color: var(--muted); line-height: 1.3; }

.bar { display: inline-block; inline-size: 4.75rem; block-size: 0.5rem; border-radius: 999px; background: var(--bar); overflow: hidden; vertical-align: middle; margin-inline-end: 0.5rem; }
.fill { display: block; block-size: 100%; inline-size: 0; background: var(--grant); border-radius: 999px; }
.share { font-size: 0.9rem; }
.high .fill { background: var(--refuse); }
.full .fill { background: var(--bad); }
.full .share, .full .is-waiting { color: var(--bad); font-weight: 600; }
.unknown { color: var(--muted); }
.unknown .bar { opacity: 0.4; }

.items:empty { display: none; }
.side .items { padding: 0.2rem 1rem; }
.item { padding: 0.6rem 0; }
.item + .item { border-block-start: 1px solid var(--line); }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.6rem; }
.item .name, .item .subject { font-weight: 550; overflow-wrap: anywhere; min-inline-size: 0; }
.item .subject { font-weight: 400; font-size: 0.9rem; }
.item .line .button.small { padding-inline: 0.5rem; }
.detail { font-size: 0.87rem; overflow-wrap: anywhere; }
.detail:empty { display: none; }
.ends { font-size: 0.87rem; font-variant-numeric: tabular-nums; }
.audit { max-block-size: 30rem; overflow: auto; }
.audit .line { flex-wrap: nowrap; }
.audit .name { font-size: 0.95rem; }
.audit time { font-size: 0.85rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.digest { font-size: 0.78rem; }
`;
