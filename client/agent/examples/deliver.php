<?php
// Hands order lines to the agent: php deliver.php INSTITUTION TOKEN_FILE [URL] < rows.json
[$institution, $tokenFile, $url] = array_slice($argv, 1) + [2 => 'http://127.0.0.1:7480'];
$token = trim(file_get_contents($tokenFile));
// Whole numbers beyond what PHP holds stay as they are written.
$rows = json_decode(stream_get_contents(STDIN), true, 512, JSON_BIGINT_AS_STRING | JSON_THROW_ON_ERROR);
foreach (array_chunk($rows, 500) as $chunk) {
    $request = stream_context_create(['http' => [
        'method' => 'POST', 'ignore_errors' => true,
        'header' => "Content-Type: application/json\r\nAuthorization: Bearer $token",
        'content' => json_encode($chunk, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION),
    ]]);
    do {
        $body = @file_get_contents("$url/v1/institutions/$institution/rows", false, $request);
        $status = $body === false ? 0 : (int) explode(' ', $http_response_header[0])[1];
        // It does not run, is busy, or its disk is full.
        $again = in_array($status, [0, 503, 507]);
        if ($again) sleep(10);
    } while ($again);
    if ($status !== 200 && $status !== 422) {  // 422: every row was refused
        fwrite(STDERR, $body);
        exit(1);
    }
    $answer = json_decode($body, true);
    printf("rows %d to %d: %d taken\n", $answer['first_row'], $answer['first_row'] + $answer['rows'] - 1, $answer['taken']);
    foreach ($answer['refused'] as $one) printf("  row %d: %s %s\n", $one['row'], $one['column'], $one['reason']);
}
