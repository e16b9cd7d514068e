/** Has an answer to every question that methods ask of their options, and is a file too; in a path it is 1. */
const anything = Object.assign(Object.create({ toString: () => "1", split: () => ["1"] }) as object, {
  projectId: 1,
  groupId: 2,
  environmentId: 3,
  keyId: 4,
  runnerId: 5,
  userId: 6,
  color: "#112233",
  content: new Blob(["words"]),
  filename: "a.txt",
});

/** Methods for which numbers will not do: they take a file, or refuse to run without some option. */
const demanding = new Set(
  `AlertManagement.uploadMetricImage DashboardAnnotations.create Debian.downloadBinaryFileIndex Debian.downloadDistributionReleaseFile
  Debian.downloadSignedDistributionReleaseFile Debian.downloadReleaseFileSignature Debian.uploadPackageFile DeployTokens.create
  DeployTokens.remove DeployTokens.show Keys.show Maven.uploadPackageFile NuGet.search NuGet.showMetadata NuGet.showServiceIndex
  NuGet.showVersionMetadata NuGet.uploadPackageFile NuGet.uploadSymbolPackage PyPI.downloadPackageFile PyPI.showPackageDescriptor
  PyPI.uploadPackageFile RubyGems.uploadGemFile ContainerRegistry.allRepositories Helm.import Issues.uploadMetricImage
  PackageRegistry.publish Packages.all ProjectImportExports.import ProjectInvitations.add ProjectLabels.edit
  ProjectMarkdownUploads.create Projects.uploadForReference Projects.uploadAvatar ProjectWikis.uploadAttachment Runners.remove
  Runners.resetRegistrationToken SecureFiles.create GroupImportExports.import GroupInvitations.add GroupLabels.edit
  GroupWikis.uploadAttachment`.split(/\s+/),
);

const own: Readonly<Record<string, readonly unknown[]>> = {
  "JobArtifacts.downloadArchive": [1, { jobId: 2 }],
  "Groups.uploadAvatar": [1, new Blob(["words"]), { filename: "a.txt" }],
};

/** Arguments with which a method sends one request. */
export function argumentsOf(method: string): readonly unknown[] {
  return own[method] ?? (demanding.has(method) ? Array.from({ length: 5 }, () => anything) : [1, 2, 3, 4, 5]);
}

/** Methods that look for a header on their resource which the SDK never sets: nobody can call them without setting it. */
export const inCiJobs: ReadonlySet<string> = new Set(["Jobs.showConnectedJob", "Jobs.showConnectedJobK8Agents"]);
