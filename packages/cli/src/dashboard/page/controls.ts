/** Buttons, fields, chips, the dialog, notices. */
export const controls = `
button, input, select { font: inherit; color: inherit; }
.button { border: 1px solid var(--line); background: var(--raised); border-radius: 8px; padding: 0.5rem 1rem; cursor: pointer; font-weight: 550; }
.button:hover { border-color: var(--muted); }
.button:disabled { opacity: 0.5; cursor: default; }
.button.small { padding: 0.2rem 0.65rem; font-size: 0.87rem; min-block-size: 1.9rem; }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.danger { color: var(--bad); }
.actions { display: inline-flex; flex-wrap: wrap; gap: 0.4rem; }
p.actions { display: flex; margin-block-start: 0.75rem; }
.read-only .actions { display: none; }
input, select { background: var(--surface); border: 1px solid var(--muted); border-radius: 8px; padding: 0.45rem 0.7rem; inline-size: 100%; min-block-size: 2.5rem; }
input[type="checkbox"] { inline-size: 1.15rem; min-block-size: 1.15rem; accent-color: var(--accent); flex: none; }
#filter { inline-size: 15rem; min-block-size: 2.1rem; padding-block: 0.2rem; border-color: var(--line); }

.chip { display: inline-flex; align-items: center; border-radius: 999px; padding: 0.1rem 0.6rem; font-size: 0.82rem; font-weight: 600; white-space: nowrap; }
.chip.good { background: var(--good-soft); color: var(--good); }
.chip.warn { background: var(--warn-soft); color: var(--warn); }
.chip.bad { background: var(--bad-soft); color: var(--bad); }
.chip.plain { background: var(--plain-soft); color: var(--muted); }
.chip::before { content: ""; inline-size: 0.45rem; block-size: 0.45rem; border-radius: 50%; background: currentColor; margin-inline-end: 0.4rem; }
.chip.bad::before { border-radius: 1px; }
.chip.warn::before { border-radius: 1px; rotate: 45deg; }

dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--surface); color: var(--text); padding: 1.4rem 1.5rem; inline-size: min(30rem, calc(100vw - 2rem)); max-block-size: calc(100vh - 2rem); overflow: auto; box-shadow: 0 20px 60px rgb(0 0 0 / 30%); }
dialog::backdrop { background: rgb(8 16 18 / 55%); }
dialog form { display: grid; gap: 0.8rem; }
dialog h2 { overflow-wrap: anywhere; }
.effect { color: var(--muted); overflow-wrap: anywhere; }
.field { display: grid; gap: 0.2rem; }
.field label { font-weight: 550; font-size: 0.9rem; }
.hint { font-size: 0.85rem; }
.meant { display: flex; gap: 0.6rem; align-items: center; background: var(--warn-soft); color: var(--warn); border-radius: 8px; padding: 0.6rem 0.8rem; }
.problem { color: var(--bad); font-weight: 550; overflow-wrap: anywhere; }
.problem:empty { display: none; }
.buttons { display: flex; justify-content: flex-end; gap: 0.6rem; margin-block-start: 0.25rem; }

.notices { position: fixed; inset-inline-end: 1rem; inset-block-end: 1rem; z-index: 4; display: grid; gap: 0.5rem; max-inline-size: min(26rem, calc(100vw - 2rem)); }
.notice { background: var(--surface); border: 1px solid var(--line); border-inline-start: 4px solid var(--muted); border-radius: 8px; padding: 0.6rem 0.9rem; box-shadow: 0 6px 24px rgb(0 0 0 / 18%); overflow-wrap: anywhere; }
.notice.good { border-inline-start-color: var(--good); }
.notice.bad { border-inline-start-color: var(--bad); }
@media (max-width: 639px) {
  .button.small { min-block-size: 2.5rem; padding-inline: 0.8rem; }
  #filter { inline-size: 100%; min-block-size: 2.6rem; }
  .buttons .button { flex: 1; min-block-size: 2.8rem; }
}
`;
