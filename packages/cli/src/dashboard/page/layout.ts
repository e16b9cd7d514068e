/** Ground, header, columns. */
export const layout = `
*, *::before, *::after { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--ground); color: var(--text); }
h1, h2, h3, p, dl, dd, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.15rem; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; font-weight: 650; letter-spacing: -0.005em; }
h3 { font-size: 1rem; font-weight: 600; }
code { font: 0.87em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
[hidden] { display: none !important; }
.muted { color: var(--muted); }
.small-text { font-size: 0.87rem; margin-block-end: 0.5rem; overflow-wrap: anywhere; }
.spring { flex: 1; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; inset-inline-start: 1rem; inset-block-start: -4rem; z-index: 5; background: var(--accent); color: var(--on-accent); padding: 0.5rem 1rem; border-radius: 0 0 8px 8px; }
.skip:focus { inset-block-start: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }

.top { position: sticky; inset-block-start: 0; z-index: 3; display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.75rem; padding: 0.7rem clamp(1rem, 3vw, 2rem); background: var(--surface); border-block-end: 1px solid var(--line); }
.top img { display: block; }
.where { display: flex; flex-wrap: wrap; gap: 0 0.6rem; font-size: 0.9rem; overflow-wrap: anywhere; min-inline-size: 0; }
.banner { background: var(--bad-soft); color: var(--bad); padding: 0.6rem clamp(1rem, 3vw, 2rem); font-weight: 550; overflow-wrap: anywhere; }
main { padding: 1.25rem clamp(1rem, 3vw, 2rem) 3rem; max-inline-size: 1680px; margin-inline: auto; }
section { margin-block-end: 1.75rem; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; margin-block-end: 0.6rem; min-block-size: 2rem; }
.head .muted { font-size: 0.9rem; }
.columns { display: grid; gap: 0 1.75rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 1180px) { .columns { grid-template-columns: minmax(0, 1fr) 25.5rem; } }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.side .card { padding: 0.85rem 1rem; }
.sign-in { max-inline-size: 26rem; margin: 12vh auto 0; padding: 1.5rem; display: grid; gap: 0.75rem; }
.sign-in form { display: grid; gap: 0.75rem; }
.empty { color: var(--muted); border: 1px dashed var(--line); border-radius: 12px; padding: 1rem 1.1rem; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; }
.tile { display: flex; flex-direction: column-reverse; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 0.7rem 1rem 0.75rem; box-shadow: var(--shadow); }
.tile dt { color: var(--muted); font-size: 0.87rem; }
.tile dd { font-size: 1.75rem; line-height: 1.25; font-weight: 620; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tile dd.warn { color: var(--bad); }
.tile dd.notable { color: var(--warn); }

.stale #dashboard { opacity: 0.7; }
@media (prefers-reduced-motion: no-preference) {
  #dashboard { transition: opacity 0.3s; }
  .fill { transition: inline-size 0.5s ease-out; }
}
@media (max-width: 639px) {
  html { font-size: 16px; }
  .top { position: static; }
  .where { order: 5; flex-basis: 100%; }
  main { padding-block-start: 1rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.6rem; }
  .tile:last-child { grid-column: span 2; }
}
`;
