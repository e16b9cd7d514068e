/** The mark of the page: a sluice with one gate half open. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0b6a62"/>
<path d="M7 7v18M16 7v8M25 7v18" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
<path d="M5 24c2.5-2.4 5-2.4 7.500 0s5 2.400 7.500 0 5-2.400 7.500 0" fill="none" stroke="#8fe3d6" stroke-width="2.500" stroke-linecap="round"/>
</svg>
`;
