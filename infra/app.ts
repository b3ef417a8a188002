/**
 * Entry of the `cdk` command line: `cdk deploy --all -c district=xianan -c region=cn-northwest-1`.
 * Context: `district`, `region` (default: the credentials' region), `allowOutsideMainland`, and those of `settings.ts`.
 */
import { App } from 'aws-cdk-lib';
import { loadDistrict } from './district.ts';
import { readSettings, SETTING_NAMES } from './settings.ts';
import { APP_SETTINGS, addStacks, withBundles } from './synthesize.ts';

const app = new App(APP_SETTINGS);
const context = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined || value === null || value === '' ? undefined : String(value);
};
const districtId = context('district');
const region = context('region') ?? process.env.CDK_DEFAULT_REGION;
if (districtId === undefined || region === undefined) {
  console.error('Say which district and where: cdk synth -c district=xianan -c region=cn-northwest-1');
  process.exit(1);
}
try {
  const given = SETTING_NAMES.map((name) => [name, context(name)] as const);
  const settings = readSettings(
    Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  );
  const district = loadDistrict(districtId);
  withBundles(district, (bundles) => {
    const allowOutsideMainland = context('allowOutsideMainland') === 'true';
    addStacks(app, { district, region, bundles, allowOutsideMainland, settings });
    app.synth();
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
