/** The anchor of a heading, in the repository and on the site. */
export declare function headingAnchor(heading: string): string;
