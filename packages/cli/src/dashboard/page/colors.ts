const light = `
  color-scheme: light;
  --ground: #f4f6f7; --surface: #ffffff; --raised: #f8fafa; --line: #dfe5e7;
  --text: #172126; --muted: #566469; --accent: #0b6a62; --on-accent: #ffffff;
  --grant: #0d7d73; --grant-soft: rgb(13 125 115 / 12%); --refuse: #b45309;
  --good: #17693b; --good-soft: #e2f3e8; --warn: #8a4b00; --warn-soft: #fdf0d9;
  --bad: #a8201a; --bad-soft: #fde8e6; --plain-soft: #e9eef0;
  --bar: #dbe4e5; --shadow: 0 1px 2px rgb(16 32 36 / 7%), 0 4px 14px rgb(16 32 36 / 4%);`;

const dark = `
  color-scheme: dark;
  --ground: #0f1517; --surface: #171f22; --raised: #1c2629; --line: #2b373b;
  --text: #e5ecee; --muted: #9badb2; --accent: #5cd0c1; --on-accent: #06201d;
  --grant: #4fc9ba; --grant-soft: rgb(79 201 186 / 15%); --refuse: #f2a54a;
  --good: #7ddba0; --good-soft: #173425; --warn: #f5c06d; --warn-soft: #3a2c12;
  --bad: #ff9d94; --bad-soft: #431f1d; --plain-soft: #263236;
  --bar: #2a373b; --shadow: 0 1px 2px rgb(0 0 0 / 35%);`;

/** Light and dark; what the system has, unless the switch says otherwise. Texts reach 4.5 to 1 on each ground. */
export const colors = `
:root {${light}
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {${dark}
  }
}
:root[data-theme="dark"] {${dark}
}
`;
