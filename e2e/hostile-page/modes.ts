/** Two kinds of browsers: what a frame of another site may keep. */
export interface Mode {
  name: string;
  blocks: boolean;
  arguments: string[];
}

export const modes: Mode[] = [
  { name: 'third-party cookies and storage allowed', blocks: false, arguments: [] },
  {
    name: 'third-party cookies blocked, storage apart for each site',
    blocks: true,
    arguments: [
      '--test-third-party-cookie-phaseout',
      // In place of the driver's own list, which switches the partitioning of storage off.
      '--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,HttpsUpgrades,PaintHolding',
    ],
  },
];
