<?php
// SPDX-License-Identifier: Apache-2.0
// Drives the SDK for PHP. See ../README.md. FLAGSTREAM_PHP_AUTOLOAD names the autoloader of an installation elsewhere.

declare(strict_types=1);

use Composer\InstalledVersions;
use Flagsmith\Flagsmith;

// Warnings belong where errors go; our output is the protocol.
ini_set('display_errors', 'stderr');

$autoload = getenv('FLAGSTREAM_PHP_AUTOLOAD') ?: __DIR__ . '/vendor/autoload.php';
if (is_file($autoload)) {
    require $autoload;
}
if (!class_exists(Flagsmith::class)) {
    say(['absent' => 'not installed: flagsmith/flagsmith-php-client']);
    exit(0);
}

const PACKAGE = 'flagsmith/flagsmith-php-client';

function say(array $message): void
{
    fwrite(STDOUT, json_encode($message, JSON_THROW_ON_ERROR) . "\n");
}

function version(): string
{
    $known = class_exists(InstalledVersions::class) && InstalledVersions::isInstalled(PACKAGE);
    return $known ? InstalledVersions::getPrettyVersion(PACKAGE) : 'unknown';
}

function open_client(array $command): Flagsmith
{
    $client = new Flagsmith(
        apiKey: $command['key'],
        host: $command['api'],
        environmentTtl: $command['mode'] === 'local' ? $command['refresh_seconds'] : null,
        enableAnalytics: $command['analytics'],
    );
    if ($command['mode'] === 'local') {
        $client->updateEnvironment();
    }
    return $client;
}

function flags_of(Flagsmith $client, array $command): object
{
    // In local evaluation the SDK leaves it to the program to look for changes.
    if ($client->getLocalEvaluationContext() !== null) {
        $client->updateEnvironment();
    }
    $flags = isset($command['identity'])
        ? $client->getIdentityFlags($command['identity'], (object) $command['traits'], $command['transient'])
        : $client->getEnvironmentFlags();
    $told = [];
    foreach ($flags->allFlags() as $flag) {
        // Through the calls that are counted.
        $name = $flag->getFeatureName();
        $told[$name] = [$flags->isFeatureEnabled($name), $flags->getFeatureValue($name)];
    }
    return (object) $told;
}

function answer(array &$clients, array $command): array
{
    $name = $command['client'];
    switch ($command['do']) {
        case 'open':
            $clients[$name] = open_client($command);
            return [];
        case 'flags':
            return ['flags' => flags_of($clients[$name], $command)];
        case 'close':
            unset($clients[$name]);
            return [];
    }
    throw new ValueError("no command {$command['do']}");
}

$clients = [];
say(['started' => ['php' => version()]]);
while (($line = fgets(STDIN)) !== false) {
    $command = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
    try {
        $fields = answer($clients, $command);
    } catch (Throwable $error) {
        $fields = ['error' => get_class($error) . ': ' . $error->getMessage()];
    }
    say(['id' => $command['id']] + $fields);
}
