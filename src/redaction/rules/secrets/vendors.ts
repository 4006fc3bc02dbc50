/**
 * Names of services that hand out keys without a form of their own.
 *
 * Thirty-two hexadecimal digits are a hash in one line and a key in the next; the name of a service that people keep
 * keys of, right before, tells them apart. Written from common knowledge; a name is here when it hands out keys to
 * programs, not when some scanner knows it. Names that are everyday words (`box`, `front`, `close`) are left out.
 */

const CLOUDS =
  'backblaze bluehost bunnycdn civo cloudflare cloudinary cloudsigma contabo coreweave ' +
  'digitalocean dreamhost exoscale fastly firebase flyio gcore godaddy heroku hetzner ibmcloud ' +
  'imagekit ionos keycdn kinsta koyeb lambdalabs leaseweb linode namecheap netlify ovhcloud ' +
  'paperspace planetscale porkbun qiniu rackspace railway runpod scaleway squarespace stackpath supabase tencent tigris ' +
  'transip upcloud uploadcare vercel vultr wasabi wpengine yandex zeabur';
const FORGES =
  'appcenter appveyor artifactory atlassian bitrise buddybuild buildkite circleci cirrusci clickup ' +
  'cloudsmith cocoapods codacy codeclimate codecov codefresh codemagic coveralls crowdin doppler ' +
  'drone-ci gitea gitguardian gitpod harness infracost jfrog ' +
  'launchdarkly lokalise mergify myget netlify nightfall optimizely packagecloud packagist ' +
  'phabricator pivotaltracker poeditor pulumi rubygems saucelabs lambdatest semaphore semgrep ' +
  'shortcut snyk sonarcloud sonarqube sourcegraph split.io statsig testrail transifex travisci unleash ' +
  'whitesource wiz.io zenhub';
const MESSAGING =
  'activecampaign africastalking aweber beebole brevo campaignmonitor clicksend clockwork convertkit ' +
  'customerio discord elasticemail emailoctopus flowroute freshservice front-app getresponse ' +
  'helpscout infobip intercom iterable jotform klaviyo line-notify livechat mailchimp mailerlite mailersend ' +
  'mailgun mailjet mailmodo mailtrap mandrill mattermost messagebird moosend nexmo nylas omnisend onesignal ' +
  'pepipost plivo postmark pubnub pushbullet pusher pushover ringcentral rocketchat sendbird sendgrid sendinblue ' +
  'sendpulse signalwire sinch slack smtp2go sparkpost statuspage stream-chat surveymonkey telnyx ' +
  'textmagic trello twilio typeform vonage wistia yammer zerobounce zulip zoom.us neverbounce ' +
  'hunter.io clearbit fullcontact';
const MONEY =
  'adyen airwallex alchemy alphavantage amplience avalara bigcommerce binance bitfinex bitmex ' +
  'blockfrost braintree bitstamp chargebee chargify checkout.com coinbase coingecko coinmarketcap ' +
  'cryptocompare currencyfreaks dwolla eodhd etherscan exchangerate fastspring finnhub ' +
  'flutterwave freshbooks gocardless gumroad infura iexcloud klarna kraken kucoin lemonsqueezy magento ' +
  'mollie moralis oanda openexchangerates payoneer paypal paytm plaid poloniex ' +
  'quandl quickbooks quicknode recurly sezzle shipday shippo shopify shipstation stripe tatum taxjar ' +
  'tiingo tradier transferwise twelvedata venmo woocommerce xero yodlee zuora';
const MONITORING =
  'airbrake alertlogic amplitude appdynamics appoptics axiom.co baremetrics blackfire bugsnag checkly ' +
  'countly cronitor datadog deadmanssnitch dynatrace fullstory grafana graylog hashid heap.io honeybadger ' +
  'honeycomb hotjar instana keen.io last9 lightstep logdna loggly logrocket logtail logz.io mezmo mixpanel ' +
  'mouseflow newrelic new_relic new-relic opsgenie pagerduty papertrail pendo pingdom plausible posthog raygun rollbar ' +
  'scalyr scoutapm sentry signalfx signoz site24x7 smartlook solarwinds splunk stackhawk statuscake ' +
  'sumologic thousandeyes timescale uptimerobot victorops wavefront zipkin';
const DATA =
  'abuseipdb accuweather adzuna aerisweather airtable airvisual alienvault algolia ambee amadeus apiflash apify ' +
  'apininjas astra baseten bigdatacloud bing bitly bored browserless builtwith calendarific ' +
  'cesium clarifai climacell cockroach cohere companieshouse confluent contentful copyscape ' +
  'couchbase crossref databricks datagov dataforseo deepai deepgram deepl deepseek detectlanguage dgraph diffbot ' +
  'edamam edenai elevenlabs etsy eventbrite fanout fauna flickr flightaware flightlabs foursquare ' +
  'geoapify geocodio geocod.io geoipify geonames giphy gnews goodreads graphhopper greynoise groq ' +
  'haveibeenpwned heremaps here.com hibp huggingface hybrid-analysis igdb imagga imgur influxdb ipdata ' +
  'ip2location ipgeolocation ipify ipinfo ipqualityscore ipregistry jsonbin judge0 klipfolio ' +
  'lastfm last.fm locationiq maplarge mapbox mapquest maptiler materialize maxmind meaningcloud ' +
  'meilisearch meteostat mindee mistral monkeylearn musixmatch neo4j neutrino newscatcher ' +
  'newsdata nutritionix nytimes ocrspace omdb openai opencage opendatasoft openrouteservice openuv openweather ' +
  'opencorporates oxforddictionaries pastebin peopledatalabs perigon petfinder pexels phantombuster pixabay pinecone ' +
  'plantid proxycrawl qdrant quickchart rebrandly redislabs replicate rawg restdb ' +
  'riot-games roboflow scrapingant scrapingbee scrapingdog securitytrails ' +
  'serper shodan shutterstock singlestore skyscanner snowflake soundcloud spoonacular spotify ' +
  'stabilityai stackexchange stormglass streamlabs sportsmonk sportradar tinypng tisane tmdb tomorrow.io tomtom ' +
  'travelpayouts turso twitch typesense unsplash unipile upstash urlscan usps vimeo virustotal ' +
  'visualcrossing vyte walkscore waqi weatherbit weaviate webscraper what3words whoisxml ' +
  'wolframalpha wordnik worldweather yelp zapier zenrows zenserp zillow zippopotam';
const WORK =
  'acuityscheduling adobe appfollow applitools appsflyer apollo.io asana auth0 authy ' +
  'bamboohr basecamp besttime billomat calendly chatbot chatfuel clerk clicktime clockify ' +
  'cloudconvert codesandbox coda.io crowdstrike cyberark datocms dialpad docparser docusign ' +
  'dropbox duosecurity dynalist easyship evernote everhour figma freshsales frontify ' +
  'gengo getsandbox ghost.org goodday graphcms greenhouse hellosign hubspot hypertrack ' +
  'insightly jumpcloud kontent lastpass lever.co linear.app loyverse ' +
  'miro mux.com noticeable notion okta onelogin onepassword onfleet opentok overloop pandadoc paymo pcloud ' +
  'pinata pipedrive planview podio postman procore prismic productboard proxyscrape qualtrics qualaroo quickbase ' +
  'reachmail readme.io rev.ai roblox salesforce salesflare sanity.io scribd servicenow ' +
  'sheetdb signable signnow simplesat sirv skubana smartsheet snapchat stytch storyblok strava stripo ' +
  'symbl tableau teamgate teamviewer teamwork telesign timecamp todoist toggl tumblr tyntec ' +
  'unbounce vagaro veriphone voicemaker walmart webex webflow whoop workable workato workday wrike ' +
  'yext youneedabudget zerotier zoho tailscale dotmailer assemblyai anthropic';

/** Names of services in small letters, each once. */
export const VENDORS: readonly string[] = [
  ...new Set([CLOUDS, FORGES, MESSAGING, MONEY, MONITORING, DATA, WORK].flatMap((names) => names.split(' '))),
];
