// Hands order lines to the agent: Deliver INSTITUTION TOKEN_FILE [URL] < rows.json
// The rows are sent as they stand in the file, 10,000 at most; split larger ones.
using System;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;

static class Deliver
{
    static int Main(string[] args)
    {
        string url = args.Length > 2 ? args[2] : "http://127.0.0.1:7480";
        string token = File.ReadAllText(args[1]).Trim();
        byte[] rows = Encoding.UTF8.GetBytes(new StreamReader(Console.OpenStandardInput(), Encoding.UTF8).ReadToEnd());
        for (;; Thread.Sleep(TimeSpan.FromSeconds(10)))
        {
            var request = (HttpWebRequest)WebRequest.Create(url + "/v1/institutions/" + args[0] + "/rows");
            request.Method = "POST";
            request.ContentType = "application/json";
            request.Headers["Authorization"] = "Bearer " + token;
            HttpWebResponse response;
            try
            {
                using (var body = request.GetRequestStream()) body.Write(rows, 0, rows.Length);
                response = (HttpWebResponse)request.GetResponse();
            }
            catch (WebException error) { response = error.Response as HttpWebResponse; }
            int status = response == null ? 0 : (int)response.StatusCode;
            if (status == 0 || status == 503 || status == 507) continue;  // it does not run, is busy, or its disk is full
            Console.WriteLine(new StreamReader(response.GetResponseStream()).ReadToEnd());
            return status == 200 ? 0 : 1;  // 422: every row was refused; the answer says why
        }
    }
}
