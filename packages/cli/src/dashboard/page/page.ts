/** The page, without any data: that is asked for with the token. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice dashboard</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/uplot.css">
<link rel="stylesheet" href="/styles.css">
<script src="/uplot.js" defer></script>
<script src="/client/main.js" type="module"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the figures</a>
<header class="top">
  <img src="/icon.svg" alt="" width="28" height="28">
  <h1>Sluice</h1>
  <p class="where"><span id="engine"></span> <span id="place" class="muted"></span></p>
  <span id="read-only" class="chip plain" hidden>read-only</span>
  <span class="spring"></span>
  <span id="status" class="chip plain" role="status">Connecting</span>
  <button id="theme" class="button small" type="button">Auto</button>
</header>
<p id="banner" class="banner" hidden></p>
<div id="notices" class="notices" role="status" aria-live="polite"></div>
<noscript><p class="banner">The dashboard needs JavaScript, all of it from this address.</p></noscript>

<main id="content" tabindex="-1">
<section id="sign-in" class="sign-in card" aria-labelledby="sign-in-title" hidden>
  <h2 id="sign-in-title">Sign in</h2>
  <p>Open the address that <code>sluice dashboard</code> printed, or type its token here.</p>
  <form id="sign-in-form">
    <div class="field">
      <label for="token">Token</label>
      <input id="token" type="password" autocomplete="off" required minlength="32" maxlength="512">
    </div>
    <p id="sign-in-problem" class="problem" role="alert"></p>
    <button class="button primary" type="submit">Sign in</button>
  </form>
</section>

<div id="dashboard" hidden>
<section aria-labelledby="overview-title">
  <h2 id="overview-title" class="unseen">Overview</h2>
  <dl class="tiles">
    <div class="tile"><dt>granted a second</dt><dd id="total-granted">0</dd></div>
    <div class="tile"><dt>refused a second</dt><dd id="total-refused">0</dd></div>
    <div class="tile"><dt>calls waiting</dt><dd id="total-waiting">0</dd></div>
    <div class="tile"><dt>429s in a minute</dt><dd id="total-throttled">0</dd></div>
    <div class="tile"><dt>processes alive</dt><dd id="total-processes">0</dd></div>
  </dl>
</section>

<div class="columns">
<div class="wide">
<section aria-labelledby="providers-title">
  <div class="head"><h2 id="providers-title">Providers</h2>
    <p class="legend muted"><span class="key granted">granted</span> <span class="key refused">refused</span> each second, in the last 10 minutes</p></div>
  <div id="providers" class="providers"></div>
  <p id="providers-empty" class="empty" hidden>No process has said anything yet. Give a client this Redis and prefix, or run <code>sluice demo --redis &lt;url&gt;</code>.</p>
</section>

<section aria-labelledby="buckets-title">
  <div class="head"><h2 id="buckets-title">Buckets</h2>
    <p id="buckets-count" class="muted"></p>
    <span class="spring"></span>
    <label class="unseen" for="filter">Filter buckets by name</label>
    <input id="filter" type="search" placeholder="Filter by name" maxlength="100" autocomplete="off" spellcheck="false"></div>
  <div id="buckets-table" class="scroll card" role="region" aria-labelledby="buckets-title" tabindex="0" hidden>
    <table>
      <caption class="unseen">Buckets by pressure: first those somebody waits for, then those with the least left</caption>
      <thead><tr>
        <th scope="col">Bucket</th><th scope="col">Used</th><th scope="col" class="number">Left</th>
        <th scope="col" class="number">Rate</th><th scope="col" class="number">Waiting</th>
        <th scope="col" class="number">Granted/s</th><th scope="col" class="number">Refused/s</th>
        <th scope="col" class="number">Next slot</th>
      </tr></thead>
      <tbody id="buckets"></tbody>
    </table>
  </div>
  <p id="buckets-empty" class="empty" hidden></p>
</section>
</div>

<div class="side">
<section aria-labelledby="policies-title">
  <div class="head"><h2 id="policies-title">Policies</h2><span id="mode" class="chip plain"></span></div>
  <div class="card">
    <p id="emergency-text"></p>
    <p class="actions">
      <button id="emergency-end" class="button small" type="button" hidden>End emergency</button>
      <button id="emergency-shadow" class="button small" type="button">Shadow all …</button>
      <button id="emergency-disable" class="button small danger" type="button">Disable all …</button>
      <button id="reputation-reset" class="button small" type="button">Reset a reputation …</button>
    </p>
  </div>
</section>

<section aria-labelledby="breakers-title">
  <div class="head"><h2 id="breakers-title">Breakers</h2><span class="spring"></span>
    <span class="actions"><button id="breaker-hold" class="button small" type="button">Hold open …</button></span></div>
  <ul id="breakers" class="items card"></ul>
  <p id="breakers-empty" class="empty" hidden>No breaker has counted anything. They appear when a breaker with a store in this Redis sees its first call.</p>
</section>

<section aria-labelledby="overrides-title">
  <div class="head"><h2 id="overrides-title">Overrides</h2><p id="overrides-count" class="muted"></p><span class="spring"></span>
    <span class="actions"><button id="override-grant" class="button small" type="button">Grant …</button></span></div>
  <ul id="overrides" class="items card"></ul>
  <p id="overrides-empty" class="empty" hidden>No override holds. Grant one to give somebody more for a while; it ends by itself.</p>
</section>

<section aria-labelledby="audit-title">
  <div class="head"><h2 id="audit-title">Audit</h2><span id="chain" class="chip plain"></span><span class="spring"></span>
    <button id="audit-verify" class="button small" type="button">Verify now</button></div>
  <p id="chain-text" class="muted small-text"></p>
  <ol id="audit" class="items card audit" tabindex="0" aria-labelledby="audit-title"></ol>
  <p id="audit-empty" class="empty" hidden>Nothing was changed yet. Every change, with who made it and why, is listed here.</p>
</section>
</div>
</div>
</div>
</main>
<dialog id="dialog" aria-labelledby="dialog-title" aria-describedby="dialog-effect"></dialog>
</body>
</html>
`;
