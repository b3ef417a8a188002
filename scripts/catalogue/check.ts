/** `catalogue check`: the folder's proof, as synthesis runs it, with every finding and its remedy. */
import { dispositionCount } from '#domain/routing/proof.ts';
import { compileDistrict, compileFolder, DistrictFolderError } from '#infra/district-folder.ts';
import type { District } from '#schemas/district.ts';
import { type FolderChoice, finding, folderOf, number } from './words.ts';

export function check(choice: FolderChoice): void {
  const path = folderOf(choice);
  try {
    console.log(summary(choice.folder === undefined ? compileDistrict(choice.district) : compileFolder(path)));
  } catch (error) {
    if (!(error instanceof DistrictFolderError)) throw error;
    for (const mistake of error.mistakes) console.log(`✗ ${finding(mistake)}`);
    console.log(`\n共 ${error.mistakes.length} 处。改好以前不能部署,也不能发布。`);
    process.exitCode = 1;
  }
}

function summary(district: District): string {
  const { catalogue, attributes, departments, towns, zones } = district;
  const classes = new Set(catalogue.rows.map(({ code }) => code.slice(0, 2)));
  const owners = new Set(catalogue.rows.flatMap((row) => [row.owner, ...Object.values(row.ownerByKind)]));
  const standIn = catalogue.standIn ? '(代拟)' : '';
  return [
    `✓ ${district.name}派单目录 ${catalogue.version}${standIn} 通过核验`,
    `  小类 ${catalogue.rows.length} 行,大类 ${classes.size} 个,决定要素 ${attributes.length} 个`,
    `  承办单位 ${departments.length} 个,目录直接用到 ${[...owners].filter((owner) => !owner.startsWith('@')).length} 个`,
    `  逐一核对去向 ${number(dispositionCount(catalogue.rows, district))} 种(小类 × 镇街 ${towns.length} × 功能区 ${zones.length} × 决定要素),每种恰好一个`,
  ].join('\n');
}
